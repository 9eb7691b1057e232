/** The runs of a list, one by one: what each has by itself. */

import type { RunsPage } from '../api/types';
import { type Cell, cells } from '../views/columns';

export interface RunHead {
  readonly run_id: string;
  readonly name: string;
  readonly status: string;
  readonly experiment_id: string;
  readonly start: number | null;
  readonly end: number | null;
}

/** The columns that are read. */
export const HEAD_COLUMNS = ['run_id', 'tags.mlflow.runName', 'status', 'experiment_id', 'start_time', 'end_time'];

/** Reads them. */
export function runHeads({ columns }: RunsPage): RunHead[] {
  const read = new Map(columns.map(column => [column.id, cells(column)]));
  const at = (id: string, row: number): Cell => read.get(id)?.at(row) ?? null;
  const words = (id: string, row: number) => String(at(id, row) ?? '');
  const time = (id: string, row: number) => {
    const value = at(id, row);
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  };
  return Array.from({ length: read.get('run_id')?.length ?? 0 }, (_, row) => ({
    run_id: words('run_id', row),
    name: words('tags.mlflow.runName', row),
    status: words('status', row),
    experiment_id: words('experiment_id', row),
    start: time('start_time', row),
    end: time('end_time', row)
  }));
}
