/** What becomes of the order and the columns when somebody clicks or drags: pure. */

import type { Arranged } from './arrange';
import type { SortBy } from './order';
import type { Column } from './read';
import type { Layout } from './state';

/** Sorts by a column: the good values first, then the others, then not. `add` keeps what it is sorted by already. */
export function sortedBy(sort: readonly SortBy[], column: Column, add: boolean): SortBy[] {
  const at = sort.findIndex(({ id }) => id === column.id);
  const before = sort[at];
  const first = column.best === 'max' || column.type === 'time';
  if (!before) return [...(add ? sort : []), { id: column.id, desc: first }];
  if (!add && sort.length > 1) return [before];
  const others = add ? sort : [before];
  if (before.desc !== first) return others.filter(({ id }) => id !== column.id);
  return others.map(each => (each.id === column.id ? { id: each.id, desc: !first } : each));
}

/** Moves a column to stand before another (`before`), or last. */
export function moved(arranged: Arranged, id: string, before: string | null): Pick<Layout, 'order'> {
  const order = arranged.placed.map(({ column }) => column.id).filter(each => each !== id);
  const at = before === null ? order.length : order.indexOf(before);
  order.splice(at < 0 ? order.length : at, 0, id);
  return { order };
}

/** Moves a column by one place among those that are pinned, or among those that are not. */
export function movedBy(arranged: Arranged, id: string, by: -1 | 1): Pick<Layout, 'order'> | null {
  const at = arranged.placed.findIndex(({ column }) => column.id === id);
  const here = arranged.placed[at];
  const other = arranged.placed[at + by];
  // The first column stays the first.
  if (!here || !other || at === 0 || at + by === 0 || here.pinned !== other.pinned) return null;
  const after = arranged.placed[at + by + (by > 0 ? 1 : 0)];
  return moved(arranged, id, after?.column.id ?? null);
}

/** Takes columns in or leaves them out. */
export function withColumns(layout: Layout, ids: readonly string[], shown: boolean): Pick<Layout, 'shown' | 'hidden'> {
  const changed = new Set(ids);
  const keep = (list: readonly string[]) => list.filter(id => !changed.has(id));
  return {
    shown: shown ? [...keep(layout.shown), ...ids] : keep(layout.shown),
    hidden: shown ? keep(layout.hidden) : [...keep(layout.hidden), ...ids]
  };
}

/** Pins a column to the start, or lets it go. */
export function pinnedOr(layout: Layout, id: string): Pick<Layout, 'pinned'> {
  const { pinned } = layout;
  return { pinned: pinned.includes(id) ? pinned.filter(each => each !== id) : [...pinned, id] };
}
