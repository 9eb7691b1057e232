/** What keys do in a list: pure, but for what they call. */

import type { How } from '../views/run-table/selection';

/** What a list can do with the item at the cursor. */
export interface ListActions {
  select(index: number, how: How): void;
  /** Null where one item is selected at most. */
  selectAll: (() => void) | null;
  selectNone: (() => void) | null;
  open(index: number): void;
  /** Whether an item is open (null: it cannot be), and how it is opened; null in lists without branches. */
  fold: {
    isOpen(index: number): boolean | null;
    above(index: number): number;
    set(index: number, open: boolean): void;
  } | null;
}

export type KeyOf = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>;

/** Does what a key says. Gives the cursor after it, or null where the key is none of a list's. */
export function onListKey(event: KeyOf, at: number, count: number, page: number, actions: ListActions): number | null {
  const command = event.ctrlKey || event.metaKey;
  if (event.altKey) return null;
  if (command && event.key.toLowerCase() === 'a' && actions.selectAll) {
    actions.selectAll();
    return at;
  }
  const to = moved(event.key, at, count, page);
  if (to !== null) {
    const there = Math.min(Math.max(to, 0), count - 1);
    if (event.shiftKey && actions.selectAll && there !== at) actions.select(there, 'range');
    return there;
  }
  if (command) return null;
  if (event.key === ' ') actions.select(at, event.shiftKey ? 'range' : 'toggle');
  else if (event.key === 'Enter') actions.open(at);
  else if (event.key === 'Escape' && actions.selectNone) actions.selectNone();
  else if (actions.fold && (event.key === 'ArrowRight' || event.key === 'ArrowLeft')) {
    const isOpen = actions.fold.isOpen(at);
    const right = event.key === 'ArrowRight';
    if (isOpen === !right) actions.fold.set(at, right);
    else if (isOpen && right) return Math.min(at + 1, count - 1);
    else if (!right) return actions.fold.above(at);
  } else return null;
  return at;
}

function moved(key: string, at: number, count: number, page: number): number | null {
  switch (key) {
    case 'ArrowDown':
      return at + 1;
    case 'ArrowUp':
      return at - 1;
    case 'PageDown':
      return at + page;
    case 'PageUp':
      return at - page;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
