/** A part of the panel that folds: its title, how many there are, and what can be done with all of it. */

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../views/parts/icons';
import { UserText } from '../views/parts/text';

export interface SectionProps {
  /** Names it in the style sheet. */
  name: string;
  title: string;
  /** Of what it is, beside the title: the name of an experiment. */
  of?: string | null;
  count?: string | null;
  open: boolean;
  onFold: (open: boolean) => void;
  /** Buttons at the end of the title's line. */
  tools?: ComponentChildren;
  /** Opens the search, where it has one that is not always there. */
  onSearch?: () => void;
  children: ComponentChildren;
}

/** Draws a section. `/` anywhere in it goes to its search. */
export function Section({ name, title, of, count, open, onFold, tools, onSearch, children }: SectionProps) {
  const box = useRef<HTMLElement>(null);
  const searches = useRef(false);
  useEffect(() => {
    if (!searches.current) return;
    const field = box.current?.querySelector<HTMLElement>('input[role=combobox]');
    field?.focus();
    if (field) searches.current = false;
  });
  const key = (event: KeyboardEvent) => {
    const { target } = event;
    if (event.key !== '/' || !open || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) return;
    event.preventDefault();
    event.stopPropagation();
    const field = box.current?.querySelector<HTMLElement>('input[role=combobox]');
    if (field) field.focus();
    else {
      searches.current = true;
      onSearch?.();
    }
  };
  return (
    <section ref={box} class={`nbf-part nbf-part-${name}`} data-open={open} aria-label={title} onKeyDown={key}>
      <div class="nbf-part-head">
        <h2>
          <button type="button" aria-expanded={open} onClick={() => onFold(!open)}>
            <Icon name={open ? 'down' : 'right'} />
            <span class="nbf-part-title">{title}</span>
            {of && (
              <span class="nbf-part-of nbf-soft">
                <UserText text={of} limit={80} title={of} />
              </span>
            )}
            {count && <span class="nbf-count">{count}</span>}
          </button>
        </h2>
        {open && <span class="nbf-part-tools">{tools}</span>}
      </div>
      {open && <div class="nbf-part-body">{children}</div>}
    </section>
  );
}
