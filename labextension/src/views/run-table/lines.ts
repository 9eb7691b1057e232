/** The lines of the table from top to bottom: runs in their order, as a tree, or in groups. */

import { toNumber } from '../parts/format';
import { ranks, type SortBy, type SortKey, sortRows } from './order';
import type { Column } from './read';
import type { TableState } from './state';
import type { Table } from './table';

/** Lines by number. A line is a run or the head of a group. */
export interface Lines {
  readonly length: number;
  /** The row of each line, -1 for the head of a group. */
  readonly row: Int32Array;
  readonly depth: Uint8Array;
  /** Whether runs below it may be folded: 0 no, 1 folded, 2 open. */
  readonly fold: Uint8Array;
  /** The place among `groups` of each line; null where there are none. */
  readonly group: Int32Array | null;
  readonly groups: readonly Group[];
  /** Runs that pass the filter, in order; what groups and folds hide is among them. */
  readonly passed: Int32Array;
}

/** Runs with one value of the column they are grouped by. */
export interface Group {
  /** Told apart by it from all others, also after the data changed. */
  readonly key: string;
  /** A row that has the value. */
  readonly first: number;
  readonly rows: Int32Array;
}

const DEEPEST = 6;
const keys = new WeakMap<Column, ArrayLike<number>>();

/** Puts the rows that pass (`passed`, null for all) in order. */
export function makeLines(table: Table, passed: Int32Array | null, state: TableState): Lines {
  const rows = passed ?? Int32Array.from({ length: table.rows }, (_, i) => i);
  const order = sortRows(rows, sortKeys(table, state.sort));
  const by = state.group === null ? undefined : table.byId.get(state.group);
  if (by) return grouped(by, order, table, state);
  if (state.tree && table.parents) return nested(table, table.parents, order, new Set(state.collapsed));
  return flat(order);
}

/** What a column is sorted by. */
export function keyOf(column: Column): ArrayLike<number> {
  let key = keys.get(column);
  if (!key) {
    key = column.numbers ?? textKey(column);
    keys.set(column, key);
  }
  return key;
}

function sortKeys(table: Table, sort: readonly SortBy[]): SortKey[] {
  return sort.flatMap(({ id, desc }) => {
    const column = table.byId.get(id);
    return column ? [{ values: keyOf(column), desc, ...(column.nans && { nans: column.nans }) }] : [];
  });
}

function textKey(column: Column): Float64Array {
  const read = column.texts.map(toNumber);
  // Params that are numbers, all of them, are sorted as such: 1e-3 is less than 0.02.
  const places = read.every(value => value !== null) ? read : ranks(column.texts);
  return Float64Array.from(column.codes ?? [], code => places[code] ?? Number.NaN);
}

function flat(order: Int32Array): Lines {
  const n = order.length;
  const none = new Uint8Array(n);
  return { length: n, row: order, depth: none, fold: none, group: null, groups: [], passed: order };
}

/** Children under their parents; runs that are their own ancestors, which tags by hand can say, stand at the top. */
function nested(table: Table, parents: Int32Array, order: Int32Array, collapsed: ReadonlySet<string>): Lines {
  const here = new Uint8Array(table.rows);
  for (const row of order) here[row] = 1;
  const child = new Int32Array(table.rows).fill(-1); // the first child of each row
  const next = new Int32Array(table.rows).fill(-1); // the child of the same parent after it
  const tops: number[] = [];
  for (let i = order.length - 1; i >= 0; i--) {
    const row = order[i] ?? 0;
    const parent = parents[row] ?? -1;
    if (parent < 0 || !here[parent]) tops.push(row);
    else {
      next[row] = child[parent] ?? -1;
      child[parent] = row;
    }
  }
  tops.reverse();
  const lines = new LineBuilder(order.length);
  const seen = new Uint8Array(table.rows);
  const walk = (top: number) => {
    const waiting: [row: number, depth: number, hidden: boolean][] = [[top, 0, false]];
    for (let at = waiting.pop(); at; at = waiting.pop()) {
      const [row, depth, hidden] = at;
      if (seen[row]) continue;
      seen[row] = 1;
      const folded = collapsed.has(table.ids[row] ?? '');
      const first = child[row] ?? -1;
      if (!hidden) lines.add(row, depth, first < 0 ? 0 : folded ? 1 : 2, -1);
      const below: typeof waiting = [];
      for (let c = first; c >= 0; c = next[c] ?? -1) below.push([c, Math.min(depth + 1, DEEPEST), hidden || folded]);
      while (below.length) waiting.push(below.pop() as (typeof waiting)[number]);
    }
  };
  for (const top of tops) walk(top);
  for (const row of order) if (!seen[row]) walk(row); // what only a ring of parents leads to
  return { ...lines.done(), group: null, groups: [], passed: order };
}

function grouped(by: Column, order: Int32Array, table: Table, state: TableState): Lines {
  const found = new Map<string, number[]>();
  for (const row of order) {
    const key = groupKey(by, row);
    const rows = found.get(key);
    if (rows) rows.push(row);
    else found.set(key, [row]);
  }
  const unsorted = [...found].map(([key, rows]) => ({ key, first: rows[0] ?? 0, rows: Int32Array.from(rows) }));
  const groups = sortGroups(unsorted, table, state.sort);
  const open = new Set(state.expanded);
  const lines = new LineBuilder(order.length + groups.length);
  groups.forEach((group, i) => {
    const isOpen = open.has(group.key);
    lines.add(-1, 0, isOpen ? 2 : 1, i);
    if (isOpen) for (const row of group.rows) lines.add(row, 1, 0, i);
  });
  const { groupOf, ...done } = lines.done();
  return { ...done, group: groupOf, groups, passed: order };
}

/** Groups are sorted by their means; where that says nothing they stand in the order of their first runs. */
function sortGroups(groups: Group[], table: Table, sort: readonly SortBy[]): Group[] {
  const by = sort.flatMap(({ id, desc }) => {
    const column = table.byId.get(id);
    if (!column) return [];
    const key = keyOf(column);
    const values = groups.map(group =>
      column.numbers ? spread(key, group.rows).mean : (key[group.first] ?? Number.NaN)
    );
    return [{ values, desc }];
  });
  const order = sortRows(
    Int32Array.from(groups, (_, i) => i),
    by
  );
  return Array.from(order, i => groups[i] as Group);
}

/** Mean, standard deviation (of a sample) and number of the known values of some rows. */
export function spread(values: ArrayLike<number>, rows: Int32Array): { mean: number; std: number; n: number } {
  let n = 0;
  let mean = 0;
  let squares = 0;
  for (const row of rows) {
    const value = values[row] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    n++;
    const off = value - mean;
    mean += off / n;
    squares += off * (value - mean);
  }
  return { mean: n ? mean : Number.NaN, std: n > 1 ? Math.sqrt(squares / (n - 1)) : Number.NaN, n };
}

function groupKey(by: Column, row: number): string {
  const text = by.numbers ? numberKey(by, row) : by.text(row);
  return text === null ? '' : `=${text}`;
}

function numberKey(by: Column, row: number): string | null {
  const value = by.numbers?.[row] ?? Number.NaN;
  return Number.isNaN(value) && !by.nans?.has(row) ? null : String(value);
}

const GROUPING = new Set(['status', 'experiment_id', 'tags.mlflow.user']);

/** Whether a column can group: what differs in each run groups nothing. */
export function groupsBy({ id, kind }: Column): boolean {
  return kind === 'param' || kind === 'other' || GROUPING.has(id) || (kind === 'tag' && !id.startsWith('tags.mlflow.'));
}

class LineBuilder {
  private n = 0;
  private readonly row: Int32Array;
  private readonly depth: Uint8Array;
  private readonly fold: Uint8Array;
  private readonly groupOf: Int32Array;

  constructor(most: number) {
    this.row = new Int32Array(most);
    this.depth = new Uint8Array(most);
    this.fold = new Uint8Array(most);
    this.groupOf = new Int32Array(most);
  }

  add(row: number, depth: number, fold: number, group: number): void {
    const at = this.n++;
    this.row[at] = row;
    this.depth[at] = depth;
    this.fold[at] = fold;
    this.groupOf[at] = group;
  }

  done() {
    const n = this.n;
    return {
      length: n,
      row: this.row.subarray(0, n),
      depth: this.depth.subarray(0, n),
      fold: this.fold.subarray(0, n),
      groupOf: this.groupOf.subarray(0, n)
    };
  }
}
