/** Which items of a flat list are selected after a click or a key: pure. */

import type { How, Selection } from '../views/run-table/selection';

export const NOTHING: Selection = { ids: new Set(), anchor: null };

/** Selects an item: it alone, it besides the others, or all from the anchor to it. */
export function select(before: Selection, ids: readonly string[], id: string, how: How): Selection {
  const from = before.anchor === null ? -1 : ids.indexOf(before.anchor);
  const to = ids.indexOf(id);
  if (how === 'range' && from >= 0 && to >= 0) {
    return { ids: new Set(ids.slice(Math.min(from, to), Math.max(from, to) + 1)), anchor: before.anchor };
  }
  if (how !== 'toggle') return { ids: new Set([id]), anchor: id };
  const after = new Set(before.ids);
  if (!after.delete(id)) after.add(id);
  return { ids: after, anchor: id };
}

/** What a menu or a key is about: all that is selected where the item is among it, else the item alone. */
export function meant(selection: Selection, id: string): readonly string[] {
  return selection.ids.has(id) ? [...selection.ids] : [id];
}
