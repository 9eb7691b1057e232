/** The table of runs over the server: it follows its store by what changed, not by whole tables. */

import { patch } from '../views/run-table/patch';
import { readLayout, type TableState } from '../views/run-table/state';
import { FollowingSource, type RestSource, type SourceOptions } from './rest-source';
import type { StoreApi } from './store-api';
import type { SavedLayouts, TableQuery } from './types';

export interface TableSource extends RestSource<unknown, TableState> {
  readonly query: TableQuery;
  /** The address of this table as CSV. */
  readonly csvUrl: string;
}

/** What the server says of a table: all of it, or what is different from a state that the page has. */
type News = Whole | { readonly revision: string; readonly base: string; readonly patch: unknown };

interface Whole {
  readonly revision: string;
  readonly data: unknown;
}

interface RunsArgs {
  readonly run_ids: readonly string[];
}

interface TagArgs extends RunsArgs {
  readonly key: string;
  readonly value?: string | null;
}

const NO_LAYOUTS: SavedLayouts = { layouts: {}, last: null };

/** Makes the source of a table. */
export function tableSource(store: StoreApi, query: TableQuery, options: SourceOptions<TableState> = {}): TableSource {
  const { layouts } = store.context;
  let revision: string | null = null;
  const news = (base: string | null, signal: AbortSignal) =>
    store.get<News | undefined>('/table', { query: { ...query, base }, signal, buffers: true });

  const look = async (known: unknown, signal: AbortSignal): Promise<unknown> => {
    const isFirst = known === null;
    if (isFirst) revision = null;
    const [found] = await Promise.all([
      news(revision, signal),
      isFirst && source.isNew ? takeLastLayout(signal) : null
    ]);
    if (!found || found.revision === revision) return undefined;
    const whole = dataOf(found, known, revision) ?? dataOf(await news(null, signal), null, null);
    revision = whole?.revision ?? null;
    return whole?.data;
  };
  // As a table in a notebook does.
  const takeLastLayout = async (signal: AbortSignal): Promise<void> => {
    const { layouts: saved, last } = await layouts.all(signal).catch(() => NO_LAYOUTS);
    if (last !== null) source.begin({ ...readLayout(saved[last]), layout: last });
  };
  const source = new FollowingSource<unknown, TableState>({
    store,
    kind: 'table',
    of: JSON.stringify([query.experiment_id ?? [], query.view ?? 'active']),
    options,
    look,
    concerns: ({ runs, experiments }) => experiments || runs === null || runs.length > 0,
    changing: ['rename', 'tag', 'delete', 'restore'],
    answers: {
      filter: async ({ filter }: { filter: string }, signal) => ({
        run_ids: await store.filterRuns(query.experiment_id ?? [], filter, query.view, signal)
      }),
      sparklines: (body: object, signal) => store.send('POST', '/runs/sparklines', body, signal, true),
      rename: ({ run_id, name }: { run_id: string; name: string }) => store.renameRun(run_id, name),
      tag: ({ run_ids, key, value }: TagArgs) => store.tagRuns(run_ids, key, value ?? null),
      delete: ({ run_ids }: RunsArgs) => store.deleteRuns(run_ids),
      restore: ({ run_ids }: RunsArgs) => store.restoreRuns(run_ids),
      layouts: (_: object, signal) => layouts.all(signal),
      save_layout: ({ name, layout }: { name: string; layout: object }, signal) => layouts.save(name, layout, signal),
      use_layout: ({ name }: { name: string | null }, signal) => layouts.use(name, signal),
      delete_layout: ({ name }: { name: string }, signal) => layouts.delete(name, signal)
    }
  });
  return Object.assign(source, { query, csvUrl: store.csvUrl(query) });
}

/** The data after the news; undefined where they are a change of another state, or one that does not fit. */
function dataOf(found: News | undefined, known: unknown, revision: string | null): Whole | undefined {
  if (!found || !('patch' in found)) return found;
  if (found.base !== revision) return undefined;
  try {
    return { revision: found.revision, data: patch(known, found.patch) };
  } catch {
    return undefined;
  }
}
