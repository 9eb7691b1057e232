/** Where the cursor of a list is: on an item, which it follows when others come and go above it. */

import { useLayoutEffect, useRef, useState } from 'preact/hooks';

export interface Cursor {
  /** The line as it is drawn. */
  readonly index: number;
  /** The line now: keys may be faster than drawing. */
  now(): number;
  set(index: number): void;
}

interface Item {
  readonly id: string;
}

/** Keeps the cursor on its item, and what is seen where it is. */
export function useCursor(
  items: readonly Item[],
  count: number,
  rowHeight: number,
  box: { readonly current: HTMLElement | null }
): Cursor {
  const [, redraw] = useState(0);
  const at = useRef<{ index: number; id: string | null }>({ index: 0, id: null });
  const before = useRef(items);
  if (before.current !== items || at.current.id === null) {
    const { index, id } = at.current;
    const place = id === null || items[index]?.id === id ? index : items.findIndex(item => item.id === id);
    const now = place >= 0 ? place : index;
    at.current = { index: now, id: items[now]?.id ?? null };
  }
  const index = Math.max(Math.min(at.current.index, count - 1), 0);
  useLayoutEffect(() => {
    const old = before.current;
    before.current = items;
    const el = box.current;
    if (old === items || !el) return;
    const top = Math.floor(el.scrollTop / rowHeight);
    // At the top somebody wants to see what is new.
    if (top === 0) return;
    for (let line = top; line < Math.min(top + 20, old.length); line++) {
      const now = items.findIndex(({ id }) => id === old[line]?.id);
      if (now < 0) continue;
      if (now !== line) el.scrollTop += (now - line) * rowHeight;
      return;
    }
  }, [items]);
  return {
    index,
    now: () => Math.min(at.current.index, count - 1),
    set: to => {
      at.current = { index: to, id: items[to]?.id ?? null };
      redraw(n => n + 1);
    }
  };
}
