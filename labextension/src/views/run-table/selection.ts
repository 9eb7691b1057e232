/** Which runs are selected after a click or a key: pure. */

import type { Lines } from './lines';

export interface Selection {
  readonly ids: ReadonlySet<string>;
  /** The run from which a range is drawn. */
  readonly anchor: string | null;
}

/** How a click or key selects: it alone, it besides the others, or all from the anchor to it. */
export type How = 'only' | 'toggle' | 'range';

/** What the keys held mean. */
export function howOf(event: { shiftKey: boolean; ctrlKey: boolean; metaKey: boolean }): How {
  return event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'toggle' : 'only';
}

/** Selects a line: a run, or all runs of a group. */
export function select(before: Selection, lines: Lines, ids: readonly string[], line: number, how: How): Selection {
  const here = runsOf(lines, ids, line);
  const [first] = here;
  if (first === undefined) return before;
  if (how === 'range' && before.anchor !== null) {
    const from = lineOf(lines, ids, before.anchor);
    if (from >= 0) return { ids: new Set(range(lines, ids, from, line)), anchor: before.anchor };
  }
  if (how !== 'toggle') return { ids: new Set(here), anchor: first };
  const after = new Set(before.ids);
  const all = here.every(id => after.has(id));
  for (const id of here) {
    if (all) after.delete(id);
    else after.add(id);
  }
  return { ids: after, anchor: first };
}

/** Selects all runs that pass the filter. */
export function selectAll(before: Selection, lines: Lines, ids: readonly string[]): Selection {
  const all = new Set<string>();
  for (const row of lines.passed) all.add(ids[row] ?? '');
  return { ids: all, anchor: before.anchor };
}

/** The line of a run, -1 where it is not shown. */
export function lineOf(lines: Lines, ids: readonly string[], id: string): number {
  for (let line = 0; line < lines.length; line++) {
    const row = lines.row[line] ?? -1;
    if (row >= 0 && ids[row] === id) return line;
  }
  return -1;
}

/** The runs that a line stands for. */
export function runsOf(lines: Lines, ids: readonly string[], line: number): string[] {
  const row = lines.row[line] ?? -1;
  if (row >= 0) return [ids[row] ?? ''];
  const group = lines.groups[lines.group?.[line] ?? -1];
  return group ? Array.from(group.rows, each => ids[each] ?? '') : [];
}

function range(lines: Lines, ids: readonly string[], from: number, to: number): string[] {
  const found: string[] = [];
  for (let line = Math.min(from, to); line <= Math.max(from, to); line++) {
    const row = lines.row[line] ?? -1;
    if (row >= 0) found.push(ids[row] ?? '');
  }
  return found;
}
