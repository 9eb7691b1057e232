/** A paged list in a component: another list for another key, the same one asked again when something changed. */

import { useEffect, useReducer, useRef } from 'preact/hooks';
import { ApiError } from '../api/errors';
import { type LoadPage, Pages, type Total } from './pages';

const RETRY_MS = 5000; // after what may be well by itself: a server that is busy, or away

export interface Paged<Item> {
  /** What the items answer: for a while that is the question before. */
  readonly question: string | null;
  readonly items: readonly Item[];
  readonly total: Total;
  readonly loaded: boolean;
  readonly error: unknown;
  want(end: number): void;
  refresh(): void;
}

/**
 * Keeps a paged list.
 *
 * `key` names the question; null asks nothing. `hold` names what the answers are about: while it stays the same, the
 * former answer stays until the new one is there. `tick` changes when the list may have.
 */
export function usePages<Item>(
  key: string | null,
  hold: string,
  tick: number,
  parts: () => readonly LoadPage<Item>[]
): Paged<Item> {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const made = useRef<{ key: string | null; pages: Pages<Item>; stop: AbortController } | null>(null);
  const shown = useRef<{ key: string | null; hold: string; pages: Pages<Item> } | null>(null);
  if (!made.current || made.current.key !== key) {
    made.current?.stop.abort();
    const stop = new AbortController();
    const pages: Pages<Item> = new Pages(key === null ? [] : parts(), stop.signal, () => redraw(undefined));
    made.current = { key, pages, stop };
  }
  const { pages } = made.current;
  useEffect(() => {
    if (key !== null) pages.refresh();
  }, [key, tick, pages]);
  useEffect(() => () => made.current?.stop.abort(), []);
  const passes = pages.error instanceof ApiError && pages.error.passes;
  useEffect(() => {
    if (!passes) return;
    const timer = setTimeout(() => pages.refresh(), RETRY_MS);
    return () => clearTimeout(timer);
  }, [passes, pages.error]);
  if (pages.loaded || shown.current?.hold !== hold) shown.current = { key, hold, pages };
  const { items, total } = shown.current.pages;
  return {
    question: shown.current.key,
    items,
    total,
    loaded: shown.current.pages.loaded,
    error: pages.error,
    want: end => pages.want(end),
    refresh: () => pages.refresh()
  };
}
