/** The tabs that are open, and which is seen: pure. */

import { keyOf, type Place } from '../pages/routes';

export interface Tabs {
  /** In their order; the start page is none of them. */
  readonly open: readonly Place[];
  /** The key of the place that is seen: of one of them, or of the start page. */
  readonly current: string;
  /** Keys of tabs in the order in which they were seen last, the newest first. */
  readonly seen: readonly string[];
}

export const START: Place = { page: 'start' };
const START_KEY = keyOf(START);
const MOST_TABS = 30;

export const NO_TABS: Tabs = { open: [], current: START_KEY, seen: [] };

/** The place that is seen. */
export function currentOf(tabs: Tabs): Place {
  return tabs.open.find(place => keyOf(place) === tabs.current) ?? START;
}

/** Shows a place: in its own tab where it has one, else in a new one beside the one that is seen. */
export function opened(tabs: Tabs, place: Place): Tabs {
  const key = keyOf(place);
  const seen = [key, ...tabs.seen.filter(each => each !== key)];
  if (place.page === 'start') return { ...tabs, current: key };
  const at = tabs.open.findIndex(each => keyOf(each) === key);
  if (at >= 0) return { open: tabs.open.map((each, i) => (i === at ? place : each)), current: key, seen };
  const beside = tabs.open.findIndex(each => keyOf(each) === tabs.current);
  const open = [...tabs.open];
  open.splice(beside < 0 ? open.length : beside + 1, 0, place);
  return limited({ open, current: key, seen });
}

/** Closes a tab; where it was the one that is seen, the one before it comes into view. */
export function closed(tabs: Tabs, key: string): Tabs {
  const at = tabs.open.findIndex(place => keyOf(place) === key);
  if (at < 0) return tabs;
  const open = tabs.open.filter((_, i) => i !== at);
  const seen = tabs.seen.filter(each => each !== key);
  if (tabs.current !== key) return { ...tabs, open, seen };
  const there = new Set(open.map(keyOf));
  const beside = open[Math.min(at, open.length - 1)];
  const current = seen.find(each => there.has(each)) ?? (beside ? keyOf(beside) : START_KEY);
  return { open, current, seen };
}

/** Closes all tabs but one. */
export function closedOthers(tabs: Tabs, key: string): Tabs {
  const open = tabs.open.filter(place => keyOf(place) === key);
  return open.length ? { open, current: key, seen: [key] } : tabs;
}

/** Puts a tab elsewhere among the others. */
export function moved(tabs: Tabs, key: string, by: -1 | 1): Tabs {
  const at = tabs.open.findIndex(place => keyOf(place) === key);
  const place = tabs.open[at];
  const to = at + by;
  if (!place || to < 0 || to >= tabs.open.length) return tabs;
  const open = tabs.open.filter((_, i) => i !== at);
  open.splice(to, 0, place);
  return { ...tabs, open };
}

/** The key of the tab beside the one that is seen; round and round, the start page among them. */
export function beside(tabs: Tabs, by: -1 | 1): string {
  const keys = [START_KEY, ...tabs.open.map(keyOf)];
  const at = Math.max(keys.indexOf(tabs.current), 0);
  return keys[(at + by + keys.length) % keys.length] ?? START_KEY;
}

/** Too many tabs help nobody: the one that was not seen for the longest time goes. */
function limited(tabs: Tabs): Tabs {
  if (tabs.open.length <= MOST_TABS) return tabs;
  const age = (place: Place) => {
    const at = tabs.seen.indexOf(keyOf(place));
    return at < 0 ? Number.POSITIVE_INFINITY : at;
  };
  const [oldest] = [...tabs.open].sort((a, b) => age(b) - age(a));
  return oldest ? closed(tabs, keyOf(oldest)) : tabs;
}
