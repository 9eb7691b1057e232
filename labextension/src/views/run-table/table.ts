/** The table of runs as it came from Python: columns of typed arrays, and where each run and its parent stand. */

import { type Column, readColumns } from './read';

/** Names of the columns that a run has by itself. */
export const RUN_ID = 'run_id';
export const NAME = 'tags.mlflow.runName';
export const PARENT = 'tags.mlflow.parentRunId';
export const STATUS = 'status';
export const STARTED = 'start_time';
export const ENDED = 'end_time';
export const DURATION = 'duration';

/** What people call them. */
const CALLED: Readonly<Record<string, string>> = {
  [RUN_ID]: 'run id',
  [STATUS]: 'status',
  [STARTED]: 'started (UTC)',
  [ENDED]: 'ended (UTC)',
  [DURATION]: 'duration',
  experiment_id: 'experiment id',
  artifact_uri: 'artifacts'
};

/** All runs of a table. A row is a number from 0 on. */
export interface Table {
  readonly rows: number;
  readonly columns: readonly Column[];
  readonly byId: ReadonlyMap<string, Column>;
  /** The run of each row. */
  readonly ids: readonly string[];
  readonly rowOf: ReadonlyMap<string, number>;
  /** The row of each row's parent, -1 for none here; null where no run has a parent. */
  readonly parents: Int32Array | null;
  readonly reduced: unknown;
  /** What there is to say about the store: that it is gone. */
  readonly notice: string | null;
  /** Whether new runs come by themselves. */
  readonly live: boolean;
}

/** Reads what Python sent; throws an Error with plain words where it is of another shape. */
export function readTable(data: unknown): Table {
  if (typeof data !== 'object' || data === null) throw new Error('its data are missing');
  const { columns: wire, reduced, notice, live } = data as Readonly<Record<string, unknown>>;
  const read = readColumns(wire);
  const rows = read[0]?.length ?? 0;
  const runIds = read.find(column => column.id === RUN_ID);
  const ids = Array.from({ length: rows }, (_, row) => runIds?.text(row) ?? `row ${row + 1}`);
  const rowOf = new Map<string, number>();
  for (let row = rows - 1; row >= 0; row--) rowOf.set(ids[row] ?? '', row);
  const name = nameColumn(
    read.find(column => column.id === NAME),
    ids
  );
  const duration = durationColumn(read);
  const others = read.filter(column => column.id !== NAME).map(called);
  const columns = [name, ...others, ...(duration ? [duration] : [])];
  const byId = new Map(columns.map(column => [column.id, column]));
  return {
    rows,
    columns,
    byId,
    ids,
    rowOf,
    parents: readParents(byId.get(PARENT), rowOf),
    reduced,
    notice: typeof notice === 'string' && notice ? notice : null,
    live: live === true
  };
}

/** A run's name; its id where it has none. */
export function nameOf(table: Table, row: number): string {
  return table.columns[0]?.text(row) ?? '';
}

function called(column: Column): Column {
  const name = Object.hasOwn(CALLED, column.id) ? CALLED[column.id] : undefined;
  return name === undefined ? column : { ...column, name };
}

/** The column that each line begins with. */
function nameColumn(given: Column | undefined, ids: readonly string[]): Column {
  const head = { id: NAME, kind: 'attribute', name: 'run', type: 'text', best: null } as const;
  // Blanks alone are no name that anybody could see, or click on.
  const blank = new Set(given?.texts.flatMap((text, code) => (text.trim() ? [] : [code])));
  if (given?.codes?.every(code => code >= 0 && !blank.has(code))) return { ...given, ...head };
  const texts = [...(given?.texts ?? [])];
  const codes = new Int32Array(ids.length);
  for (let row = 0; row < codes.length; row++) {
    const code = given?.codes?.[row] ?? -1;
    codes[row] = code >= 0 && !blank.has(code) ? code : texts.push(ids[row] ?? '') - 1;
  }
  const text = (row: number) => texts[codes[row] ?? -1] ?? null;
  return { ...head, length: ids.length, numbers: null, nans: null, codes, texts, text };
}

function readParents(column: Column | undefined, rowOf: ReadonlyMap<string, number>): Int32Array | null {
  if (!column) return null;
  const parents = new Int32Array(column.length).fill(-1);
  let some = false;
  for (let row = 0; row < parents.length; row++) {
    const id = column.text(row);
    const parent = id === null ? undefined : rowOf.get(id);
    if (parent === undefined || parent === row) continue;
    parents[row] = parent;
    some = true;
  }
  return some ? parents : null;
}

function durationColumn(columns: readonly Column[]): Column | null {
  const find = (id: string) => columns.find(column => column.id === id);
  const [started, ended] = [find(STARTED)?.numbers, find(ENDED)?.numbers];
  if (!started || !ended || find(DURATION)) return null;
  const numbers = Float64Array.from(started, (start, row) => ((ended[row] ?? Number.NaN) - start) / 1000);
  return {
    id: DURATION,
    kind: 'attribute',
    name: 'duration',
    type: 'duration',
    best: null,
    length: numbers.length,
    numbers,
    nans: null,
    codes: null,
    texts: [],
    text: () => null
  };
}
