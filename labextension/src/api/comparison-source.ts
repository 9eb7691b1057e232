/** The comparison of runs over the server. */

import type { CompareState } from '../views/comparison/data';
import { FollowingSource, type RestSource, type SourceOptions } from './rest-source';
import type { StoreApi } from './store-api';

export interface ComparisonSource extends RestSource<unknown, CompareState> {
  readonly runIds: readonly string[];
}

const GAP_MS = 3_000; // a comparison is made anew, with its charts

/** Makes the source of a comparison. */
export function comparisonSource(
  store: StoreApi,
  runIds: readonly string[],
  options: SourceOptions<CompareState> = {}
): ComparisonSource {
  const named = new Set(runIds);
  const about = { run_ids: runIds };
  const source = new FollowingSource<unknown, CompareState>({
    store,
    kind: 'compare',
    of: [...named].sort().join(),
    options,
    gapMs: GAP_MS,
    look: (_, signal) => store.send('POST', '/comparisons', about, signal, true),
    concerns: ({ runs }) => runs?.some(runId => named.has(runId)) ?? true,
    answers: {
      chart: (args: object, signal) => store.send('POST', '/comparisons/chart', { ...about, ...args }, signal, true),
      points: (args: object, signal) => store.send('POST', '/comparisons/points', { ...about, ...args }, signal, true)
    }
  });
  return Object.assign(source, { runIds });
}
