/** Fields for text: one of a toolbar, and one that takes the place of what it edits. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { Icon, type IconName } from './icons';

export interface TextFieldProps {
  label: string;
  value: string;
  /** Called at each key. */
  onInput?: (value: string) => void;
  /** Called at Enter. */
  onEnter?: (value: string) => void;
  onEscape?: () => void;
  placeholder?: string;
  icon?: IconName;
  /** What is wrong with the text; shown below it. */
  error?: string;
  type?: 'text' | 'search' | 'number';
  focus?: boolean;
  /** Suggestions. */
  list?: readonly string[];
}

let lists = 0;

/** A field with an icon, a button that empties it (`search`), and a place for what is wrong. */
export function TextField(props: TextFieldProps) {
  const { label, value, onInput, onEnter, onEscape, placeholder, icon, error, type = 'text', focus, list } = props;
  const input = useRef<HTMLInputElement>(null);
  const [id] = useState(() => `nbf-list-${++lists}`);
  useEffect(() => {
    if (focus) input.current?.focus({ preventScroll: true });
  }, [focus]);
  return (
    <span class={error ? 'nbf-field nbf-field-wrong' : 'nbf-field'}>
      {icon && <Icon name={icon} />}
      <input
        ref={input}
        type={type === 'number' ? 'text' : type}
        inputMode={type === 'number' ? 'decimal' : undefined}
        aria-label={label}
        aria-invalid={error ? true : undefined}
        title={error ?? undefined}
        placeholder={placeholder}
        value={value}
        list={list ? id : undefined}
        dir="auto"
        autocomplete="off"
        spellcheck={false}
        onInput={event => onInput?.(event.currentTarget.value)}
        onKeyDown={event => {
          if (event.isComposing) return;
          if (event.key === 'Enter') onEnter?.(event.currentTarget.value);
          else if (event.key === 'Escape' && onEscape) onEscape();
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      {list && (
        <datalist id={id}>
          {list.map(text => (
            <option key={text} value={text} />
          ))}
        </datalist>
      )}
      {type === 'search' && value !== '' && (
        <button
          type="button"
          class="nbf-field-clear"
          aria-label={`Empty: ${label}`}
          onClick={() => {
            onInput?.('');
            onEnter?.('');
            input.current?.focus({ preventScroll: true });
          }}
        >
          <Icon name="close" />
        </button>
      )}
    </span>
  );
}

/** Edits a text in its place: Enter and leaving keep it, Escape does not. */
export function InlineEdit({
  label,
  value,
  onDone
}: {
  label: string;
  value: string;
  onDone: (text: string | null) => void;
}) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const done = useRef(false);
  useEffect(() => {
    input.current?.focus({ preventScroll: true });
    input.current?.select();
  }, []);
  const end = (result: string | null) => {
    if (done.current) return;
    done.current = true;
    onDone(result === value ? null : result);
  };
  return (
    <input
      ref={input}
      class="nbf-inline-edit"
      aria-label={label}
      value={text}
      dir="auto"
      spellcheck={false}
      onInput={event => setText(event.currentTarget.value)}
      onBlur={() => end(text)}
      onKeyDown={event => {
        event.stopPropagation();
        if (event.isComposing) return;
        if (event.key === 'Enter') end(text);
        else if (event.key === 'Escape') end(null);
      }}
    />
  );
}
