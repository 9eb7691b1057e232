/** Buttons that ask before they do something: a few fields or a question, and what went wrong, in place. */

import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { t } from '../i18n';
import { Button, type ButtonProps } from '../views/parts/button';
import { TextField } from '../views/parts/field';
import { Popup } from '../views/parts/popup';

export interface FieldOf<Name extends string> {
  readonly name: Name;
  readonly label: string;
  readonly value?: string;
  readonly placeholder?: string;
  /** Suggestions. */
  readonly list?: readonly string[];
  /** Whether it may be empty. */
  readonly optional?: boolean;
  /** Whether it may have several lines. */
  readonly long?: boolean;
}

export interface AskButtonProps<Name extends string> extends Pick<ButtonProps, 'icon' | 'look' | 'disabled'> {
  /** What the button says, and what the dialog is called. */
  readonly label: string;
  /** What stands on it beside its icon. */
  readonly text?: string;
  /** What is said or asked above the fields. */
  readonly question?: ComponentChildren;
  readonly fields?: readonly FieldOf<Name>[];
  /** What the button that does it says. */
  readonly does: string;
  readonly danger?: boolean;
  /** Does it; what it rejects with is shown, and the dialog stays. */
  readonly act: (values: Readonly<Record<Name, string>>) => Promise<unknown>;
}

/** A button that opens a small dialog. */
export function AskButton<Name extends string = never>(props: AskButtonProps<Name>) {
  const place = useRef<HTMLSpanElement>(null);
  const [isOpen, setOpen] = useState(false);
  const { label, text, icon, look, disabled } = props;
  return (
    <span ref={place} class="nbf-dialog-place">
      <Button
        label={label}
        icon={icon}
        look={look}
        disabled={disabled}
        pressed={isOpen || undefined}
        onClick={() => setOpen(!isOpen)}
      >
        {text}
      </Button>
      {isOpen && place.current && <Dialog {...props} anchor={place.current} onClose={() => setOpen(false)} />}
    </span>
  );
}

export interface DialogProps<Name extends string>
  extends Pick<AskButtonProps<Name>, 'label' | 'question' | 'fields' | 'does' | 'danger' | 'act'> {
  anchor: HTMLElement | { x: number; y: number };
  onClose: () => void;
}

/** The dialog, beside what opened it. */
export function Dialog<Name extends string>({
  label,
  question,
  fields = [],
  does,
  danger,
  act,
  anchor,
  onClose
}: DialogProps<Name>) {
  const [values, setValues] = useState(
    () => Object.fromEntries(fields.map(({ name, value }) => [name, value ?? ''])) as Record<Name, string>
  );
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const ready = fields.every(({ name, optional }) => optional || values[name].trim() !== '');
  const done = async () => {
    if (!ready || busy) return;
    setBusy(true);
    setWrong(null);
    try {
      await act(values);
      onClose();
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  const set = (name: Name) => (text: string) => setValues(before => ({ ...before, [name]: text }));
  return (
    <Popup label={label} anchor={anchor} onClose={onClose}>
      <div class="nbf-dialog">
        {question !== undefined && <div class="nbf-dialog-question">{question}</div>}
        {fields.map((field, i) => (
          // biome-ignore lint/a11y/noLabelWithoutControl: each has one of two
          <label key={field.name} class="nbf-dialog-field">
            <span>{field.label}</span>
            {field.long ? (
              <textarea
                class="nbf-dialog-long"
                rows={5}
                aria-label={field.label}
                placeholder={field.placeholder}
                dir="auto"
                value={values[field.name]}
                onInput={event => set(field.name)(event.currentTarget.value)}
                onKeyDown={event => {
                  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void done();
                }}
              />
            ) : (
              <TextField
                label={field.label}
                value={values[field.name]}
                placeholder={field.placeholder}
                list={field.list}
                focus={i === 0}
                onInput={set(field.name)}
                onEnter={() => void done()}
                onEscape={onClose}
              />
            )}
          </label>
        ))}
        {wrong !== null && (
          <div class="nbf-dialog-wrong" role="alert">
            {wrong}
          </div>
        )}
        <div class="nbf-dialog-buttons">
          <Button label={does} look={danger ? 'danger' : 'main'} disabled={!ready || busy} onClick={() => void done()}>
            {does}
          </Button>
          <Button label={t('Cancel')} onClick={onClose}>
            {t('Cancel')}
          </Button>
        </div>
      </div>
    </Popup>
  );
}
