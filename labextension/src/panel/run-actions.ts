/** What is done to runs, each with its way back. */

import type { Outcome as Answer } from '../api/types';
import { t, tn } from '../i18n';
import { visible } from '../views/parts/text';
import type { Outcome } from '../views/parts/undo';
import type { Context } from './context';
import type { RunItem } from './run-items';

export interface RunActions {
  rename(run: RunItem, name: string): void;
  /** Sets a tag; null takes it away. */
  tag(runIds: readonly string[], key: string, value: string | null): Promise<void>;
  remove(runIds: readonly string[]): void;
  restore(runIds: readonly string[]): void;
}

/** Makes the actions; `gone` is told what is no longer in the list. */
export function runActions({ api, undo }: Context, gone: (runIds: readonly string[]) => void): RunActions {
  const away = async (change: Promise<Answer>): Promise<Outcome> => {
    const outcome = outcomeOf(await change);
    gone(outcome.done);
    return outcome;
  };
  const n = (done: readonly string[]) => done.length;
  return {
    rename: ({ id, name: before }, name) =>
      void undo.run(
        async () => outcomeOf(await api.renameRun(id, name)),
        () => t('Renamed %1 to %2', visible(before), visible(name)),
        () => async () => outcomeOf(await api.renameRun(id, before))
      ),
    tag: (runIds, key, value) =>
      undo.run(
        async () => outcomeOf(await api.tagRuns(runIds, key, value)),
        done =>
          value === null
            ? tn('Took tag %2 from %1 run', 'Took tag %2 from %1 runs', n(done), visible(key))
            : tn('Set tag %2 of %1 run', 'Set tag %2 of %1 runs', n(done), visible(key)),
        // What the tag was before is not known here.
        () => null
      ),
    remove: runIds =>
      void undo.run(
        () => away(api.deleteRuns(runIds)),
        done => tn('Deleted %1 run', 'Deleted %1 runs', n(done)),
        done => async () => outcomeOf(await api.restoreRuns(done))
      ),
    restore: runIds =>
      void undo.run(
        () => away(api.restoreRuns(runIds)),
        done => tn('Restored %1 run', 'Restored %1 runs', n(done)),
        done => async () => outcomeOf(await api.deleteRuns(done))
      )
  };
}

function outcomeOf({ done, failed }: Answer): Outcome {
  return { done, wrong: failed[0]?.message ?? null };
}
