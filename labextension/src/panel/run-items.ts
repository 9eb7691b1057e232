/** Runs as the list shows them, and how they are asked for. */

import type { StoreApi } from '../api/store-api';
import type { RunsPage, ViewType } from '../api/types';
import { type Cell, type Cells, cells, checkColumns } from '../views/columns';
import { keyText } from '../views/run-table/complete';
import type { KeptRuns, Sort } from './kept';
import type { LoadPage } from './pages';
import { among, and } from './words';

export interface RunItem {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  /** In milliseconds; null where it is not known. */
  readonly start: number | null;
  readonly end: number | null;
  /** Of the metrics chosen. */
  readonly values: readonly Cell[];
}

/** The runs that are asked for. */
export interface RunsAsked {
  readonly experiment: string;
  readonly filter: string;
  readonly sort: Sort;
  readonly metrics: readonly string[];
  readonly view: ViewType;
  readonly stars: KeptRuns['stars'];
  readonly starred: readonly string[];
}

const NAME = 'tags.mlflow.runName';
const COLUMNS = ['run_id', NAME, 'status', 'start_time', 'end_time'];

/** The parts of the list: those with a star before the others, where that is wanted. */
export function partsOf(api: StoreApi, asked: RunsAsked): readonly LoadPage<RunItem>[] {
  const { experiment, sort, metrics, view } = asked;
  const part =
    (filter: string): LoadPage<RunItem> =>
    async (page_token, max_results, signal) => {
      const page = await api.runs(
        {
          experiment_id: [experiment],
          filter,
          order_by: orderOf(sort),
          column: [...COLUMNS, ...metrics.map(metric => `metrics.${metric}`)],
          view,
          page_token,
          max_results
        },
        signal
      );
      return { items: itemsOf(page, metrics), next: page.next_page_token, found: page.n_found };
    };
  return filtersOf(asked).map(part);
}

/** The filters of the parts. Somebody's own filter comes first, so that its places stay where they are but for one bracket. */
export function filtersOf({ filter, stars, starred }: Pick<RunsAsked, 'filter' | 'stars' | 'starred'>): string[] {
  if (stars === 'off') return [filter];
  if (!starred.length) return stars === 'only' ? [] : [filter];
  const first = and(filter, among(starred, true));
  return stars === 'only' ? [first] : [first, and(filter, among(starred, false))];
}

export function orderOf({ key, desc }: Sort): string[] {
  return [`${key} ${desc ? 'DESC' : 'ASC'}`];
}

/** The key of the grammar that a metric or a param is sorted by. */
export function sortKey(word: 'metrics' | 'params' | 'tags', name: string): string | null {
  return keyText(word, name);
}

function itemsOf(page: RunsPage, metrics: readonly string[]): RunItem[] {
  const read = new Map<string, Cells>(checkColumns(page.columns).map(column => [column.id, cells(column)]));
  const at = (id: string, row: number): Cell => read.get(id)?.at(row) ?? null;
  const n = read.get('run_id')?.length ?? 0;
  return Array.from({ length: n }, (_, row) => {
    const id = String(at('run_id', row) ?? '');
    return {
      id,
      name: textOf(at(NAME, row)) ?? id,
      status: textOf(at('status', row)) ?? '',
      start: numberOf(at('start_time', row)),
      end: numberOf(at('end_time', row)),
      values: metrics.map(metric => at(`metrics.${metric}`, row))
    };
  });
}

function textOf(cell: Cell): string | null {
  return typeof cell === 'string' && cell ? cell : null;
}

function numberOf(cell: Cell): number | null {
  return typeof cell === 'number' && Number.isFinite(cell) ? cell : null;
}
