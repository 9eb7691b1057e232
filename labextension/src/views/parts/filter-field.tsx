/** A field for a filter, which offers what may stand at the caret. */

// biome-ignore-all lint/a11y/useSemanticElements: a datalist knows one word, not the one at the caret
// biome-ignore-all lint/a11y/useFocusableInteractive: the field has the focus, and says which option is meant

import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './icons';
import { place } from './popup';
import { UserText } from './text';

export interface Suggestion {
  readonly text: string;
  /** What it is, in a word. */
  readonly note: string;
}

/** What may stand at the caret. */
export interface Completion {
  /** Where in the text what is replaced begins and ends. */
  readonly from: number;
  readonly to: number;
  readonly suggestions: readonly Suggestion[];
}

export interface FilterFieldProps {
  label: string;
  placeholder?: string;
  /** The filter that counts. */
  value: string;
  /** Called at Enter, and a while after the last key. */
  onFilter: (filter: string) => void;
  /** Says what may stand at the caret. */
  complete: (text: string, caret: number) => Completion;
  /** What is wrong with the filter that counts. */
  error?: string | null;
  /** What the button that empties it is called. */
  clear: string;
  /** Leaves the field: to the list below it. */
  onLeave?: () => void;
}

const PAUSE_MS = 300; // of typing, before the filter counts

/** A search field: arrows choose what is offered, Enter or Tab takes it, Escape closes the list and then empties. */
export function FilterField(props: FilterFieldProps) {
  const { label, placeholder, value, onFilter, complete, error, clear, onLeave } = props;
  const input = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const told = useRef(value);
  const [text, setText] = useState(value);
  const [offered, setOffered] = useState<Completion | null>(null);
  const [at, setAt] = useState(-1);
  const id = useId();
  const wrong = error && text === value ? error : null; // what is typed now may be right

  const put = (filter: string) => {
    clearTimeout(timer.current);
    if (filter === told.current) return;
    told.current = filter;
    onFilter(filter);
  };
  const typed = (now: string) => {
    setText(now);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => put(now), PAUSE_MS);
  };
  const look = (always = false) => {
    const el = input.current;
    if (!el) return;
    const found = complete(el.value, el.selectionStart ?? el.value.length);
    const some = found.suggestions.length > 0 && (always || el.value.trim() !== '');
    setOffered(some ? found : null);
    setAt(-1);
  };
  const close = () => setOffered(null);
  const take = (suggestion: Suggestion) => {
    const el = input.current;
    if (!el || !offered) return;
    const [now, caret] = completed(el.value, offered, suggestion);
    el.value = now;
    el.focus({ preventScroll: true });
    el.setSelectionRange(caret, caret);
    typed(now);
    look();
  };
  useEffect(() => {
    // Somebody else set it.
    if (value === told.current) return;
    told.current = value;
    clearTimeout(timer.current);
    setText(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);

  const key = (event: KeyboardEvent & { currentTarget: HTMLInputElement }) => {
    if (event.isComposing) return;
    const n = offered?.suggestions.length ?? 0;
    const chosen = offered?.suggestions[at];
    if (n && event.key === 'ArrowDown') setAt((at + 1) % n);
    else if (n && event.key === 'ArrowUp') setAt(at <= 0 ? n - 1 : at - 1);
    else if (chosen && (event.key === 'Enter' || event.key === 'Tab')) take(chosen);
    else if (event.key === 'Enter') {
      close();
      put(event.currentTarget.value);
    } else if (event.key === 'Escape' && n) close();
    else if (event.key === 'Escape' && text) {
      setText('');
      put('');
    } else if ((event.key === 'ArrowDown' && !text.trim()) || (event.key === ' ' && event.ctrlKey)) look(true);
    else if ((event.key === 'ArrowDown' || event.key === 'Escape') && onLeave) onLeave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <span class={wrong ? 'nbf-field nbf-field-wrong' : 'nbf-field'}>
      <Icon name="search" />
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label={label}
        aria-autocomplete="list"
        aria-expanded={offered !== null}
        aria-controls={offered ? `${id}-list` : undefined}
        aria-activedescendant={offered && at >= 0 ? `${id}-${at}` : undefined}
        aria-invalid={wrong ? true : undefined}
        title={wrong ?? undefined}
        placeholder={placeholder}
        value={text}
        dir="auto"
        autocomplete="off"
        spellcheck={false}
        onInput={event => {
          typed(event.currentTarget.value);
          look();
        }}
        onKeyDown={key}
        onBlur={close}
      />
      {text !== '' && (
        <button
          type="button"
          class="nbf-field-clear"
          aria-label={clear}
          onClick={() => {
            setText('');
            put('');
            close();
            input.current?.focus({ preventScroll: true });
          }}
        >
          <Icon name="close" />
        </button>
      )}
      {offered && <Options id={id} label={label} offered={offered.suggestions} at={at} field={input} onTake={take} />}
    </span>
  );
}

interface OptionsProps {
  id: string;
  label: string;
  offered: readonly Suggestion[];
  at: number;
  field: { readonly current: HTMLElement | null };
  onTake: (suggestion: Suggestion) => void;
}

function Options({ id, label, offered, at, field, onTake }: OptionsProps) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const el = box.current;
    const anchor = field.current?.parentElement;
    if (!el || !anchor) return;
    el.showPopover?.();
    place(el, anchor);
  }, [offered]);
  useLayoutEffect(() => {
    box.current?.querySelector('[aria-selected=true]')?.scrollIntoView?.({ block: 'nearest' });
  }, [at]);
  return (
    <div ref={box} id={`${id}-list`} class="nbf-popup nbf-options" popover="manual" role="listbox" aria-label={label}>
      {offered.map((each, i) => (
        <div
          key={each.text}
          id={`${id}-${i}`}
          class="nbf-option"
          role="option"
          aria-selected={i === at}
          // The field keeps the focus.
          onMouseDown={event => {
            event.preventDefault();
            onTake(each);
          }}
        >
          <UserText text={each.text} limit={60} />
          <span class="nbf-soft">{each.note}</span>
        </div>
      ))}
    </div>
  );
}

/** Puts a suggestion into the text; gives where the caret stands then. */
export function completed(text: string, { from, to }: Completion, suggestion: Suggestion): [string, number] {
  const after = text.slice(to);
  const space = suggestion.text.endsWith('(') || /^\s/.test(after) ? '' : ' ';
  return [text.slice(0, from) + suggestion.text + space + after, from + suggestion.text.length + space.length];
}
