/** The experiment whose runs are shown. */

import { useEffect, useRef, useState } from 'preact/hooks';
import type { Experiment } from '../api/types';
import { text } from '../views/given';
import type { Context } from './context';
import { experimentKey, useKept } from './kept';

export interface Chosen {
  readonly experiment: Experiment | null;
  choose(experiment: Experiment): void;
  /** Hears which experiments are in the list, as far as it is read; `isAll`: these are all there are. */
  seen(found: readonly Experiment[], isAll: boolean): void;
}

/** Keeps the one that was chosen; at first it is the one of last time, or the first in which something was run. */
export function useChosen({ api, services, store }: Context): Chosen {
  const [kept, keep] = useKept(services.state, experimentKey(store.id), text);
  const [experiment, setExperiment] = useState<Experiment | null>(null);
  const asked = useRef<AbortController | null>(null);
  useEffect(() => () => asked.current?.abort(), []);
  return {
    experiment,
    choose: next => {
      keep(next.experiment_id);
      setExperiment(next);
    },
    seen: (found, isAll) => {
      const wanted = experiment?.experiment_id ?? kept;
      const same = found.find(({ experiment_id }) => experiment_id === wanted);
      const other = found.find(({ runs }) => runs > 0) ?? found[0] ?? null;
      if (same) setExperiment(same);
      else if (isAll || wanted === null) setExperiment(other);
      else if (!experiment && !asked.current) {
        // It is in a page of the list that nobody has looked at.
        asked.current = new AbortController();
        const { signal } = asked.current;
        const shown = (now: Experiment | null) => !signal.aborted && setExperiment(before => before ?? now);
        api.experiment(wanted, signal).then(
          one => shown(one.lifecycle_stage === 'active' ? one : other),
          () => shown(other)
        );
      }
    }
  };
}
