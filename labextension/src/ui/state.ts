/** The tabs over a reload: what was kept is read with care, for it may be an older version's. */

import { addressOf, keyOf, type Place, placeOf } from '../pages/routes';
import { isRecord, list, text, texts } from '../views/given';
import { NO_TABS, opened, type Tabs } from './tabs';

/** What is kept: addresses, which are read as those that somebody types. */
export function savedTabs({ open, current, seen }: Tabs): object {
  return { open: open.map(addressOf), current, seen };
}

/** The tabs that were kept. */
export function readTabs(kept: unknown): Tabs {
  if (!isRecord(kept)) return NO_TABS;
  const places = list(kept.open)
    .map(each => placeOf(text(each) ?? 'none'))
    .filter((place): place is Place => place !== null && place.page !== 'start');
  const open = [...new Map(places.map(place => [keyOf(place), place])).values()];
  const keys = new Set(open.map(keyOf));
  const current = text(kept.current) ?? '';
  return {
    open,
    current: keys.has(current) ? current : NO_TABS.current,
    seen: texts(kept.seen).filter(key => keys.has(key))
  };
}

/** The tabs at the beginning: those that were kept, and the page of the address if it has one. */
export function firstTabs(kept: unknown, address: string): Tabs {
  const tabs = readTabs(kept);
  if (address.replace(/^#?\/?/, '') === '') return tabs;
  const place = placeOf(address);
  return place ? opened(tabs, place) : tabs;
}
