/** The runs of the chosen experiment: how they are asked for, which are selected, and what is kept of it. */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Experiment, Keys } from '../api/types';
import { searchCode } from '../code';
import { t } from '../i18n';
import { texts } from '../views/given';
import type { How, Selection } from '../views/run-table/selection';
import type { Context } from './context';
import { type KeptRuns, readRuns, runsKey, SETTINGS_KEY, starsKey, useKept, withStar } from './kept';
import { filtersOf, orderOf, partsOf, type RunItem } from './run-items';
import { NOTHING, select } from './selection';
import { type Paged, usePages } from './use-pages';
import { filterOf } from './words';

const NO_KEYS: Keys = { params: [], metrics: [], tags: [], attributes: [] };

export interface Runs {
  readonly paged: Paged<RunItem>;
  readonly kept: KeptRuns;
  set(change: Partial<KeptRuns>): void;
  /** The filter that is asked for: of what was typed, or of the words in it. */
  readonly filter: string;
  readonly keys: Keys;
  readonly trash: boolean;
  setTrash(trash: boolean): void;
  readonly selection: Selection;
  select(index: number, how: How): void;
  selectAll(): void;
  selectNone(): void;
  /** Takes out of the selection what is not in the list any more. */
  forget(runIds: readonly string[]): void;
  readonly starred: ReadonlySet<string>;
  star(runIds: readonly string[], on: boolean): void;
  /** The cell that makes this search. */
  code(): string;
}

const readFilter = (typed: string) => filterOf(typed, ['run_name'], ['run_id']);

/** Keeps the list of runs of an experiment. */
export function useRuns(context: Context, experiment: Experiment): Runs {
  const { api, store, services, ticks, undo } = context;
  const { experiment_id: id } = experiment;
  const [kept, keep] = useKept(services.state, runsKey(store.id, id), found =>
    readRuns(found, services.state.get(SETTINGS_KEY))
  );
  const [stars, keepStars] = useKept<readonly string[]>(services.state, starsKey(store.id), texts);
  const [trash, setTrash] = useState(false);
  const [selection, setSelection] = useState(NOTHING);
  const latest = useRef(kept);
  latest.current = kept;
  // What is not finished leaves what was asked for before.
  const last = useRef({ id, filter: '' });
  const filter = readFilter(kept.filter) ?? (last.current.id === id ? last.current.filter : '');
  last.current = { id, filter };
  const asked = {
    experiment: id,
    filter,
    sort: kept.sort,
    metrics: kept.metrics,
    view: trash ? ('deleted' as const) : ('active' as const),
    stars: kept.stars,
    starred: kept.stars === 'off' ? [] : stars
  };
  const question = `${store.id} ${JSON.stringify(asked)}`;
  const paged = usePages(
    question,
    // Other metrics are other values: old lines would have them under wrong names.
    JSON.stringify([store.id, id, trash, kept.metrics]),
    ticks.runs,
    () => partsOf(api, asked)
  );
  useEffect(() => setSelection(NOTHING), [store.id, id, trash]);
  const ids = useMemo(() => paged.items.map(run => run.id), [paged.items]);
  const keys = useKeys(context, id);
  return {
    paged,
    kept,
    set: change => {
      latest.current = { ...latest.current, ...change };
      keep(latest.current);
    },
    filter,
    keys,
    trash,
    setTrash,
    selection,
    select: (index, how) => {
      const run = ids[index];
      if (run !== undefined) setSelection(before => select(before, ids, run, how));
    },
    selectAll: () => {
      setSelection(before => ({ ids: new Set(ids), anchor: before.anchor }));
      if (paged.total.exact && ids.length >= paged.total.n) return;
      // The rest is not here yet, but the server knows which ones they are.
      const [only = filter] = kept.stars === 'only' ? filtersOf(asked) : [];
      api.filterRuns([id], only, asked.view).then(
        all => setSelection(before => ({ ids: new Set(all), anchor: before.anchor })),
        () => undo.say(t('Only the runs that are loaded are selected'), true)
      );
    },
    selectNone: () => setSelection(NOTHING),
    forget: gone =>
      setSelection(before => {
        const left = new Set(before.ids);
        for (const each of gone) left.delete(each);
        return { ids: left, anchor: null };
      }),
    starred: useMemo(() => new Set(stars), [stars]),
    star: (runIds, on) => keepStars(withStar(stars, runIds, on)),
    code: () => searchCode({ experimentNames: [experiment.name], filter, orderBy: orderOf(kept.sort) }, context.code)
  };
}

/** What there is to filter and sort by; asked again now and then, since runs bring new names. */
function useKeys({ api, ticks }: Context, id: string): Keys {
  const [found, setFound] = useState({ id, keys: NO_KEYS });
  const timer = useRef(0);
  useEffect(() => {
    const stop = new AbortController();
    const ask = () => {
      timer.current = Date.now();
      api.keys([id], stop.signal).then(
        keys => !stop.signal.aborted && setFound({ id, keys }),
        () => undefined // there is nothing to offer then, and the list says what is wrong
      );
    };
    const wait = found.id === id ? Math.max(timer.current + 10_000 - Date.now(), 0) : 0;
    const later = setTimeout(ask, wait);
    return () => {
      clearTimeout(later);
      stop.abort();
    };
  }, [api, id, ticks.runs]);
  return found.id === id ? found.keys : NO_KEYS;
}
