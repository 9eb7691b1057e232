/** A field of a form: its name and type, its control, its help, and what is wrong with what stands in it. */

import { useState } from 'preact/hooks';
import { Button } from '../parts/button';
import { Icon } from '../parts/icons';
import { UserText } from '../parts/text';
import { Control } from './control';
import { type Entry, type FieldSpec, problemOf } from './entries';

export interface FieldProps {
  field: FieldSpec;
  entry: Entry | undefined;
  disabled: boolean;
  /** What stands for its type; left out, the kind and the ends of its range do. */
  type?: string;
  /** What Python found wrong, beside what is seen here. */
  problem?: string | null;
  onChange: (entry: Entry | undefined) => void;
}

let ids = 0;
const NAME = 60;
const TYPE = 40;
const HELP = 400;

/** One field, in a grid of two columns. */
export function Field({ field, entry, disabled, type, problem, onChange }: FieldProps) {
  const [id] = useState(() => `nbf-form-${++ids}`);
  const wrong = problem ?? problemOf(field, entry);
  const untouched = entry === undefined && field.required;
  const canReset = !disabled && field.default !== undefined && entry !== field.default && !field.given;
  const canBeNone = field.optional && field.kind !== 'choice' && field.kind !== 'bool' && field.kind !== 'object';
  return (
    <div class="nbf-form-field" data-field={field.key}>
      <label class="nbf-form-name" for={id}>
        <UserText text={field.name} limit={NAME} />
        <span class="nbf-form-type" title={field.annotation || undefined}>
          <UserText text={type ?? shortType(field)} limit={TYPE} />
        </span>
      </label>
      <div class="nbf-form-value">
        <div class="nbf-form-control">
          <Control
            id={id}
            field={field}
            entry={entry}
            disabled={disabled}
            wrong={!!wrong && !untouched}
            saidBy={`${id}-said`}
            onChange={onChange}
          />
          {canBeNone && (
            <Button
              label={`${field.name}: None`}
              pressed={entry === null}
              disabled={disabled}
              onClick={() => onChange(entry === null ? '' : null)}
            >
              None
            </Button>
          )}
          {canReset && (
            <Button
              icon="undo"
              look="plain"
              label={`${field.name}: its default`}
              onClick={() => onChange(field.default)}
            />
          )}
        </div>
        <div id={`${id}-said`}>
          {wrong && (
            <div class={untouched ? 'nbf-form-missing' : 'nbf-form-problem'} role={untouched ? undefined : 'alert'}>
              <Icon name="warning" />
              <span>
                <UserText text={wrong} limit={HELP} />
                {field.kind === 'object' &&
                  field.required &&
                  !field.given &&
                  ` Give it in Python: form["${field.name.slice(0, NAME)}"] = …`}
              </span>
            </div>
          )}
          {field.help && (
            <div class="nbf-form-help">
              <UserText text={field.help} limit={HELP} />
            </div>
          )}
        </div>
      </div>
    </div>
  );
}

function shortType(field: FieldSpec): string {
  if (field.kind === 'object') return '';
  const range = field.range;
  const both = range?.low !== undefined && range.high !== undefined;
  const ends = both
    ? ` ${range.low} – ${range.high}`
    : range?.low !== undefined
      ? ` ≥ ${range.low}`
      : range?.high !== undefined
        ? ` ≤ ${range.high}`
        : '';
  const kind = field.kind === 'choice' ? '' : field.kind === 'any' ? '' : field.kind;
  return `${kind}${field.kind === 'list' || field.kind === 'dict' ? '' : ends}`.trim();
}
