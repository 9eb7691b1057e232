/** Asks for a name, a path, or a key and its value; what is wrong with it is said where it was typed. */

import { useState } from 'preact/hooks';
import { Button } from '../views/parts/button';
import { TextField } from '../views/parts/field';
import { Popup, type PopupProps } from '../views/parts/popup';
import { wordsOf } from './states';

export interface Asked {
  readonly label: string;
  readonly placeholder?: string;
  readonly value?: string;
  readonly list?: readonly string[];
  /** Whether it may be left empty. */
  readonly optional?: boolean;
}

export interface AskBoxProps {
  label: string;
  anchor: PopupProps['anchor'];
  fields: readonly Asked[];
  /** What the button says that does it. */
  action: string;
  /** Does it; what it rejects with is shown, and the box stays. */
  onDone: (values: readonly string[]) => Promise<unknown>;
  onClose: () => void;
  /** Another thing to do with what was typed. */
  other?: { readonly action: string; readonly onDone: (values: readonly string[]) => Promise<unknown> };
}

/** Draws the box. */
export function AskBox({ label, anchor, fields, action, onDone, onClose, other }: AskBoxProps) {
  const [values, setValues] = useState(() => fields.map(({ value }) => value ?? ''));
  const [wrong, setWrong] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const lacks = fields.some(({ optional }, i) => !optional && !values[i]?.trim());
  const run = async (what: AskBoxProps['onDone']) => {
    if (lacks || busy) return;
    setBusy(true);
    try {
      await what(values.map(value => value.trim()));
      onClose();
    } catch (error) {
      setWrong(wordsOf(error));
      setBusy(false);
    }
  };
  return (
    <Popup label={label} anchor={anchor} onClose={onClose}>
      <div class="nbf-ask">
        {fields.map((field, i) => (
          <TextField
            key={field.label}
            label={field.label}
            {...(field.placeholder !== undefined && { placeholder: field.placeholder })}
            {...(field.list && { list: field.list })}
            value={values[i] ?? ''}
            focus={i === 0}
            onInput={text => {
              setValues(values.map((value, j) => (j === i ? text : value)));
              setWrong(null);
            }}
            onEnter={() => void run(onDone)}
          />
        ))}
        {wrong && (
          <div class="nbf-wrong" role="alert">
            {wrong}
          </div>
        )}
        <span class="nbf-ask-buttons">
          <Button label={action} look="main" disabled={lacks || busy} onClick={() => void run(onDone)}>
            {action}
          </Button>
          {other && (
            <Button label={other.action} look="plain" disabled={lacks || busy} onClick={() => void run(other.onDone)}>
              {other.action}
            </Button>
          )}
        </span>
      </div>
    </Popup>
  );
}
