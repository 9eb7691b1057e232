/** What stands behind the `#` of the address: which page is seen. It can be shared and kept as a bookmark. */

import type { PageRef } from '../shell';

/** What is seen: a page, or where one starts. */
export type Place = PageRef | { readonly page: 'start' };

const RUN_ID = /^[0-9a-f]{32}$/;
const STORE_ID = /^[0-9a-f]{16}$/;
const DIGITS = /^\d{1,30}$/;

/** The address of a place; begins with `#`. */
export function addressOf(place: Place): string {
  if (place.page === 'start') return '#/';
  const top = `#/${encodeURIComponent(place.store)}`;
  switch (place.page) {
    case 'experiment': {
      const filter = place.filter ? `?filter=${encodeURIComponent(place.filter)}` : '';
      return `${top}/experiments/${encodeURIComponent(place.experiment_id)}${filter}`;
    }
    case 'run':
      return `${top}/runs/${encodeURIComponent(place.run_id)}`;
    case 'compare':
      return `${top}/compare?runs=${place.run_ids.map(encodeURIComponent).join(',')}`;
    case 'model':
      return `${top}/models/${encodeURIComponent(place.name)}`;
    case 'version':
      return `${top}/models/${encodeURIComponent(place.name)}/${place.version}`;
  }
}

/** The place of an address; null for what is none: somebody may have typed it, or cut its end off. */
export function placeOf(address: string): Place | null {
  const text = address.replace(/^#?\/?/, '');
  const cut = text.indexOf('?');
  const parts = (cut < 0 ? text : text.slice(0, cut)).split('/').map(decoded);
  const query = new URLSearchParams(cut < 0 ? '' : text.slice(cut + 1));
  if (parts.at(-1) === '') parts.pop();
  if (!parts.length) return { page: 'start' };
  const [store, kind, id, more, ...rest] = parts;
  if (rest.length || parts.includes(null) || !store || !STORE_ID.test(store)) return null;
  switch (kind) {
    case 'experiments':
      if (!id || more !== undefined || !DIGITS.test(id)) return null;
      return { page: 'experiment', store, experiment_id: id, ...filterOf(query) };
    case 'runs':
      return id && more === undefined && RUN_ID.test(id) ? { page: 'run', store, run_id: id } : null;
    case 'compare': {
      const run_ids = [...new Set((query.get('runs') ?? '').split(','))].filter(each => RUN_ID.test(each));
      return id === undefined && run_ids.length ? { page: 'compare', store, run_ids } : null;
    }
    case 'models':
      if (!id) return null;
      if (more === undefined || more === null) return { page: 'model', store, name: id };
      return DIGITS.test(more) && Number.isSafeInteger(Number(more)) && Number(more) > 0
        ? { page: 'version', store, name: id, version: Number(more) }
        : null;
    default:
      return null;
  }
}

/** What tells a page from all others, whatever is filtered in it: one tab shows it. */
export function keyOf(place: Place): string {
  return addressOf(place.page === 'experiment' ? { ...place, filter: undefined } : place);
}

function filterOf(query: URLSearchParams): { filter?: string } {
  const filter = query.get('filter');
  return filter ? { filter } : {};
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
