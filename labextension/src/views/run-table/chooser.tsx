/** Chooses columns: a box to search their names, and a list to tick. There may be thousands. */

// biome-ignore-all lint/a11y/noStaticElementInteractions: keys that reach the box come from its fields

import { useMemo, useRef, useState } from 'preact/hooks';
import { Button } from '../parts/button';
import { TextField } from '../parts/field';
import { count } from '../parts/format';
import { Popup } from '../parts/popup';
import { HEAD_LENGTH, UserText } from '../parts/text';
import type { Column } from './read';
import { withColumns } from './sorting';
import { NAME } from './table';
import type { Model } from './use-model';
import { useVirtual } from './virtual';

const LINE = 24;
const KINDS = { attribute: 'about', metric: 'metric', param: 'param', tag: 'tag', other: 'column' } as const;

/** Shows the list of columns. */
export function Chooser({ model, anchor, onClose }: { model: Model; anchor: HTMLElement; onClose: () => void }) {
  const { arranged, known, state, set } = model;
  const [search, setSearch] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const shown = useMemo(() => new Set(arranged.placed.map(({ column }) => column.id)), [arranged]);
  const found = useMemo(() => {
    const words = search.toLowerCase().split(/\s+/).filter(Boolean);
    return known.ordered.filter(({ id, name }) => {
      const text = `${id} ${name}`.toLowerCase();
      return id !== NAME && words.every(word => text.includes(word));
    });
  }, [known, search]);
  const lines = useVirtual({
    count: found.length,
    size: () => LINE,
    element: () => list.current,
    sizes: null,
    overscan: 4,
    before: 0
  });
  const put = (columns: readonly Column[], on: boolean) =>
    set(
      withColumns(
        state,
        columns.map(({ id }) => id).filter(id => shown.has(id) !== on),
        on
      )
    );
  const key = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (!by) return;
    event.preventDefault();
    const at = Number((event.target as HTMLElement).dataset.index ?? -1) + by;
    lines.scrollToIndex(Math.max(at, 0));
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-index="${at}"]`)?.focus());
  };
  return (
    <Popup label="Columns" anchor={anchor} onClose={onClose}>
      <div class="nbf-chooser" onKeyDown={key}>
        <TextField
          label="Find columns"
          type="search"
          icon="search"
          placeholder="find columns"
          value={search}
          onInput={setSearch}
          focus
        />
        <label class="nbf-chooser-line">
          <input type="checkbox" checked={state.differ} onChange={() => set({ differ: !state.differ })} />
          <span>Only what differs</span>
        </label>
        <div
          class="nbf-chooser-list"
          ref={list}
          style={{ height: `${Math.min(Math.max(found.length, 1) * LINE, 260)}px` }}
        >
          <div style={{ height: `${found.length * LINE}px`, position: 'relative' }}>
            {lines.getVirtualItems().map(({ index, start }) => {
              const column = found[index];
              if (!column) return null;
              return (
                <label
                  key={column.id}
                  class="nbf-chooser-line"
                  style={{ position: 'absolute', top: `${start}px`, height: `${LINE}px` }}
                >
                  <input
                    type="checkbox"
                    data-index={index}
                    checked={shown.has(column.id)}
                    onChange={() => put([column], !shown.has(column.id))}
                  />
                  <span class="nbf-chooser-name">
                    <UserText text={column.name} limit={HEAD_LENGTH + 12} title={column.id} />
                  </span>
                  <span class="nbf-soft">{KINDS[column.kind]}</span>
                </label>
              );
            })}
          </div>
          {!found.length && <span class="nbf-soft">No column has this in its name.</span>}
        </div>
        <div class="nbf-chooser-end">
          <span class="nbf-soft">{count(found.length, 'column')}</span>
          <Button
            label={`Show these ${found.length}`}
            look="plain"
            disabled={!found.length}
            onClick={() => put(found, true)}
          >
            Show
          </Button>
          <Button
            label={`Hide these ${found.length}`}
            look="plain"
            disabled={!found.length}
            onClick={() => put(found, false)}
          >
            Hide
          </Button>
          <Button
            label="The columns that are shown by themselves, in their own order"
            look="plain"
            onClick={() => set({ shown: [], hidden: [], order: [], pinned: [], widths: {}, differ: true })}
          >
            Reset
          </Button>
        </div>
      </div>
    </Popup>
  );
}
