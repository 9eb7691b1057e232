/** What changed in the store that is shown: numbers that go on, which lists look at. */

import { useEffect, useState } from 'preact/hooks';
import type { StoreApi } from '../api/store-api';
import type { Ticks } from './context';

export interface StoreNews extends Ticks {
  /** Why the store cannot be read any more. */
  readonly problem: string | null;
}

const NO_NEWS: StoreNews = { runs: 0, experiments: 0, models: 0, problem: null };

/** Watches a store; null watches nothing. */
export function useStoreNews(api: StoreApi | null): StoreNews {
  const [news, setNews] = useState(NO_NEWS);
  useEffect(
    () =>
      api?.watch(({ runs, experiments, models, problem }) =>
        setNews(before => {
          // What nobody knows may be anything.
          const some = runs === null || runs.length > 0;
          return {
            runs: before.runs + (some ? 1 : 0),
            // How many runs an experiment has, and how many go on, changes with them.
            experiments: before.experiments + (experiments || some ? 1 : 0),
            models: before.models + (models ? 1 : 0),
            problem
          };
        })
      ),
    [api]
  );
  return news;
}
