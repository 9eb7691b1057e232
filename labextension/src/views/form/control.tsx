/** What a value is given by: a check box, a choice, a slider, a line or a box of text. */

import { UserText } from '../parts/text';
import { type Entry, type FieldSpec, numberOf } from './entries';

export interface ControlProps {
  id: string;
  field: FieldSpec;
  entry: Entry | undefined;
  disabled: boolean;
  wrong: boolean;
  /** The id of what is said about it. */
  saidBy: string;
  onChange: (entry: Entry) => void;
}

const MAX_LINES = 8;
const STEPS = 200;
const LABEL = 60;

/** The control that fits a field's kind. */
export function Control(props: ControlProps) {
  const { field, entry } = props;
  if (field.kind === 'object' || field.given) return <Shown field={field} id={props.id} />;
  if (field.kind === 'choice' || (field.kind === 'bool' && (field.optional || entry === undefined)))
    return <Choice {...props} />;
  if (field.kind === 'bool') return <Check {...props} />;
  const long = typeof entry === 'string' && (entry.includes('\n') || entry.length > 60);
  if (field.kind === 'list' || field.kind === 'dict' || ((field.kind === 'any' || field.kind === 'str') && long))
    return <Box {...props} />;
  return <Line {...props} />;
}

function Shown({ field, id }: { field: FieldSpec; id: string }) {
  return (
    <span class="nbf-form-shown" id={id}>
      {field.shown ? <UserText text={field.shown} limit={160} /> : <span class="nbf-soft">given in Python</span>}
    </span>
  );
}

function Check({ id, field, entry, disabled, saidBy, onChange }: ControlProps) {
  return (
    <label class="nbf-form-check">
      <input
        id={id}
        type="checkbox"
        aria-describedby={saidBy}
        aria-label={field.name}
        checked={entry === true}
        disabled={disabled}
        onChange={event => onChange(event.currentTarget.checked)}
      />
      <span class="nbf-soft">{entry === true ? 'True' : 'False'}</span>
    </label>
  );
}

function Choice({ id, field, entry, disabled, wrong, saidBy, onChange }: ControlProps) {
  const isBool = field.kind === 'bool';
  const labels = isBool ? ['False', 'True'] : (field.choices ?? []);
  const value = entry === null ? 'none' : entry === undefined ? '' : String(Number(entry));
  return (
    <select
      id={id}
      class="nbf-form-select"
      aria-describedby={saidBy}
      aria-invalid={wrong || undefined}
      disabled={disabled}
      value={value}
      onChange={event => {
        const chosen = event.currentTarget.value;
        if (chosen === '') return;
        onChange(chosen === 'none' ? null : isBool ? chosen === '1' : Number(chosen));
      }}
    >
      {entry === undefined && <option value="">choose …</option>}
      {field.optional && <option value="none">None</option>}
      {labels.map((text, i) => (
        <option key={i} value={String(i)}>
          {text.length > LABEL ? `${text.slice(0, LABEL)}…` : text}
        </option>
      ))}
    </select>
  );
}

function Line({ id, field, entry, disabled, wrong, saidBy, onChange }: ControlProps) {
  const text = typeof entry === 'string' ? entry : '';
  const isNumber = field.kind === 'int' || field.kind === 'float';
  return (
    <span class="nbf-form-line">
      <span class={wrong ? 'nbf-field nbf-field-wrong' : 'nbf-field'}>
        <input
          id={id}
          {...inputType(field, text)}
          class={isNumber ? 'nbf-form-number' : undefined}
          aria-describedby={saidBy}
          aria-invalid={wrong || undefined}
          placeholder={entry === null ? 'None' : undefined}
          dir="auto"
          autocomplete="off"
          spellcheck={false}
          disabled={disabled}
          value={text}
          onInput={event => onChange(event.currentTarget.value)}
        />
      </span>
      <Slider field={field} text={text} disabled={disabled} onChange={onChange} />
    </span>
  );
}

function inputType(field: FieldSpec, text: string): { type: 'date' } | { type: 'text'; inputMode?: 'decimal' } {
  if (field.kind === 'date' && (text === '' || /^\d{4}-\d\d-\d\d$/.test(text))) return { type: 'date' };
  return field.kind === 'int' || field.kind === 'float' ? { type: 'text', inputMode: 'decimal' } : { type: 'text' };
}

/** A slider, for a number with two ends that it can tell apart. */
function Slider({
  field,
  text,
  disabled,
  onChange
}: {
  field: FieldSpec;
  text: string;
  disabled: boolean;
  onChange: (text: string) => void;
}) {
  const { low, high } = field.range ?? {};
  if ((field.kind !== 'int' && field.kind !== 'float') || low === undefined || high === undefined || !(high > low))
    return null;
  const step = field.kind === 'int' ? Math.max(1, Math.round((high - low) / 1000)) : roundStep((high - low) / STEPS);
  const value = numberOf(text);
  return (
    <input
      type="range"
      class="nbf-form-slider"
      aria-label={`${field.name}, by sliding`}
      tabIndex={-1}
      min={low}
      max={high}
      step={step}
      disabled={disabled}
      value={Number.isFinite(value) ? value : low}
      onInput={event => onChange(tidy(Number(event.currentTarget.value), field))}
    />
  );
}

function Box({ id, field, entry, disabled, wrong, saidBy, onChange }: ControlProps) {
  const text = typeof entry === 'string' ? entry : '';
  const lines = Math.max(text.split('\n').length, Math.ceil(text.length / 64), 1);
  return (
    <textarea
      id={id}
      class={wrong ? 'nbf-form-box nbf-form-wrong' : 'nbf-form-box'}
      rows={Math.min(lines, MAX_LINES)}
      aria-describedby={saidBy}
      aria-invalid={wrong || undefined}
      placeholder={
        entry === null ? 'None' : field.kind === 'dict' ? '{"a": 1}' : field.kind === 'list' ? '[1, 2]' : undefined
      }
      dir="auto"
      spellcheck={false}
      disabled={disabled}
      value={text}
      onInput={event => onChange(event.currentTarget.value)}
    />
  );
}

/** The nearest of 1, 2 and 5 times a power of ten below: steps that leave short numbers. */
function roundStep(size: number): number {
  const power = 10 ** Math.floor(Math.log10(size));
  const lead = size / power;
  return power * (lead >= 5 ? 5 : lead >= 2 ? 2 : 1);
}

function tidy(value: number, field: FieldSpec): string {
  if (field.kind === 'int') return String(Math.round(value));
  return String(Number(value.toPrecision(6)));
}
