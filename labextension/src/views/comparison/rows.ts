/** The rows of the table: params, metrics and the rest, each with a value for every run. */

import { type Cell, type Column, cells } from '../columns';
import { duration, MISSING, momentWriter, number, writer } from '../parts/format';
import { visible } from '../parts/text';
import { bestOf, isSame } from './differences';

export interface Row {
  readonly column: Column;
  readonly values: readonly Cell[];
  readonly differs: boolean;
  readonly best: number | null;
  /** Writes a value as a person reads it. */
  readonly write: (value: Cell) => string;
}

/** What stands above the rows of one kind. */
export const GROUPS: Readonly<Record<Column['kind'], string>> = {
  param: 'Params',
  metric: 'Metrics',
  attribute: 'Run',
  other: 'Columns',
  tag: 'Tags'
};

/** Reads the values of all runs. */
export function readRows(columns: readonly Column[], runs: number): Row[] {
  return columns.map(column => {
    const all = cells(column);
    const values = Array.from({ length: runs }, (_, at) => all.at(at));
    const differs = values.some(value => !isSame(value, values[0] ?? null));
    return { column, values, differs, best: bestOf(values, column.best), write: writing(column, values) };
  });
}

/** The rows that are looked for: those whose name has all the words. */
export function search(rows: readonly Row[], words: string): readonly Row[] {
  const wanted = words.trim().toLowerCase();
  if (!wanted) return rows;
  return rows.filter(({ column }) => wanted.split(/\s+/).every(word => column.id.toLowerCase().includes(word)));
}

function writing(column: Column, values: readonly Cell[]): Row['write'] {
  const said = (write: (value: number) => string) => (value: Cell) =>
    value === null ? MISSING : typeof value === 'number' ? write(value) : visible(value);
  if (column.type === 'time') return said(momentWriter(values.filter(value => typeof value !== 'string')));
  if (column.type === 'duration') return said(value => duration(value * 1000));
  if (column.kind !== 'metric') return said(number);
  return said(writer(values.filter(value => typeof value === 'number') as number[]));
}
