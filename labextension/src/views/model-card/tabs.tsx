/** The parts of a card, one of which is in view. */

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';

export interface Tab {
  id: string;
  label: string;
  /** A number behind the label. */
  count?: number;
  draw: () => ComponentChildren;
}

let groups = 0;

/** Tabs: arrows move, and show at once. */
export function Tabs({
  label,
  tabs,
  open,
  onOpen
}: {
  label: string;
  tabs: readonly Tab[];
  open: string | undefined;
  onOpen: (id: string) => void;
}) {
  const [group] = useState(() => `nbf-card-${++groups}`);
  const current = tabs.find(tab => tab.id === open) ?? tabs[0];
  if (!current) return null;
  const key = (event: KeyboardEvent) => {
    const at = tabs.indexOf(current);
    const last = tabs.length - 1;
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[
      event.key
    ];
    const next = to === undefined ? undefined : tabs[to];
    if (!next || to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    onOpen(next.id);
    (event.currentTarget as HTMLElement)
      .querySelectorAll<HTMLElement>('[role="tab"]')
      [to]?.focus({ preventScroll: true });
  };
  return (
    <>
      <div class="nbf-card-tabs" role="tablist" aria-label={label} onKeyDown={key}>
        {tabs.map(tab => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${group}-${tab.id}`}
            aria-selected={tab === current}
            aria-controls={`${group}-panel`}
            tabIndex={tab === current ? 0 : -1}
            onClick={() => onOpen(tab.id)}
          >
            {tab.label}
            {tab.count !== undefined && <span class="nbf-card-count">{tab.count.toLocaleString('en')}</span>}
          </button>
        ))}
      </div>
      <div
        key={current.id}
        id={`${group}-panel`}
        role="tabpanel"
        aria-labelledby={`${group}-${current.id}`}
        class="nbf-card-panel"
      >
        {current.draw()}
      </div>
    </>
  );
}
