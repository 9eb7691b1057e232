/** What the panel remembers over a reload, and what it remembers it by. */

import { useState } from 'preact/hooks';
import type { StateStore } from '../shell';
import { isRecord, list, text, texts } from '../views/given';

/** A store that was open once. */
export interface Recent {
  readonly id: string;
  readonly name: string;
  readonly path: string;
}

/** Which store is shown. */
export interface KeptStore {
  /** The one chosen; null for none yet. */
  readonly chosen: Recent | null;
  /** Whether the panel follows the notebook in front. */
  readonly follows: boolean;
}

/** By what runs are sorted: a key of the grammar. */
export interface Sort {
  readonly key: string;
  readonly desc: boolean;
}

/** How stars count in the list of runs. */
export type Stars = 'off' | 'first' | 'only';

/** How the runs of an experiment are shown. */
export interface KeptRuns {
  readonly filter: string;
  readonly sort: Sort;
  /** Metrics that are shown beside the name, two at most. */
  readonly metrics: readonly string[];
  readonly stars: Stars;
  readonly scroll: number;
}

export const NEWEST: Sort = { key: 'start_time', desc: true };
export const MOST_METRICS = 2;
const MOST_RECENT = 8;
const MOST_STARS = 300; // they stand in the filters of questions

/** What the settings of the host say of the panel; it is given, not kept. */
export const SETTINGS_KEY = 'settings.panel';
export const STORE_KEY = 'panel.store';
export const RECENT_KEY = 'recent-stores';
export const FOLDED_KEY = 'panel.folded';
export const starsKey = (store: string) => `stars.${store}`;
export const experimentKey = (store: string) => `panel.${store}.experiment`;
export const runsKey = (store: string, experiment: string) => `panel.${store}.runs.${experiment}`;

/** A value that is kept under a key. What another version kept is read as far as it can be. */
export function useKept<T>(state: StateStore, key: string, read: (found: unknown) => T): [T, (value: T) => void] {
  const [kept, setKept] = useState(() => ({ key, value: read(state.get(key)) }));
  let now = kept;
  if (kept.key !== key) {
    now = { key, value: read(state.get(key)) };
    setKept(now);
  }
  const set = (value: T) => {
    state.set(key, value);
    setKept({ key, value });
  };
  return [now.value, set];
}

export function readStore(found: unknown): KeptStore {
  if (!isRecord(found)) return { chosen: null, follows: true };
  return { chosen: readRecent(found.chosen), follows: found.follows !== false };
}

export function readRecents(found: unknown): readonly Recent[] {
  return list(found)
    .map(readRecent)
    .filter(each => each !== null)
    .slice(0, MOST_RECENT);
}

/** The stores that were open, the newest first. */
export function withRecent(recents: readonly Recent[], { id, name, path }: Recent): readonly Recent[] {
  return [{ id, name, path }, ...recents.filter(each => each.id !== id)].slice(0, MOST_RECENT);
}

/** The stars, the newest last. */
export function withStar(stars: readonly string[], runIds: readonly string[], on: boolean): readonly string[] {
  const others = stars.filter(each => !runIds.includes(each));
  return on ? [...others, ...runIds].slice(-MOST_STARS) : others;
}

/** Reads how runs are shown; what was never chosen is as the settings of the host say. */
export function readRuns(found: unknown, settings: unknown = null): KeptRuns {
  const raw = isRecord(found) ? found : {};
  const sort = isRecord(raw.sort) ? raw.sort : {};
  const usual = isRecord(settings) ? settings : {};
  return {
    filter: text(raw.filter) ?? '',
    sort: typeof sort.key === 'string' ? { key: sort.key, desc: sort.desc === true } : readOrder(usual.order),
    metrics: texts(raw.metrics ?? usual.metrics).slice(0, MOST_METRICS),
    stars: raw.stars === 'first' || raw.stars === 'only' ? raw.stars : 'off',
    scroll: typeof raw.scroll === 'number' ? raw.scroll : 0
  };
}

/** Reads `metrics.loss DESC`. */
function readOrder(found: unknown): Sort {
  const [, key, way] = /^\s*(\S.*?)(?:\s+(asc|desc))?\s*$/i.exec(text(found) ?? '') ?? [];
  return key ? { key, desc: way?.toLowerCase() === 'desc' } : NEWEST;
}

function readRecent(found: unknown): Recent | null {
  if (!isRecord(found)) return null;
  const { id, name, path } = found;
  return typeof id === 'string' && typeof name === 'string' && typeof path === 'string' ? { id, name, path } : null;
}
