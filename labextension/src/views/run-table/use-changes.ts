/** Changes of runs, each with its way back: renaming, tags, deleting. Python makes them, where access is checked. */

import { count } from '../parts/format';
import { type Outcome, type Undoable, useUndo } from '../parts/undo';
import { nameOf, type Table } from './table';
import type { Model } from './use-model';

export interface Changes extends Undoable {
  rename(runId: string, name: string): void;
  tag(runIds: readonly string[], key: string, value: string | null): void;
  remove(runIds: readonly string[]): void;
  restore(runIds: readonly string[]): void;
}

/** What Python answers: a list of runs is changed as far as it goes. */
interface Answer {
  readonly done?: readonly string[];
  readonly failed?: readonly { readonly message: string }[];
}

const LONGEST = 9_999; // characters of a tag; Python sends no more, and what was cut cannot be put back

/** Keeps what was changed last. */
export function useChanges({ source, table, select }: Model): Changes {
  const undoable = useUndo({
    nothing: 'Nothing was changed',
    tookBack: n => `Taken back for ${count(n, 'run')}`
  });
  const { run } = undoable;
  const ask = async (method: string, args: object): Promise<Outcome> => {
    const { done = [], failed = [] } = await source.ask<Answer>(method, args);
    return { done, wrong: failed[0]?.message ?? null };
  };
  /** Takes runs to the trash or out of it: they are not in this table any more. */
  const away = async (method: 'delete' | 'restore', run_ids: readonly string[]): Promise<Outcome> => {
    const outcome = await ask(method, { run_ids });
    const gone = new Set(outcome.done);
    select(({ ids }) => ({ ids: new Set([...ids].filter(id => !gone.has(id))), anchor: null }));
    return outcome;
  };
  return {
    ...undoable,
    rename: (run_id, name) => {
      const before = nameOf(table, table.rowOf.get(run_id) ?? -1);
      void run(
        () => ask('rename', { run_id, name }),
        () => `Renamed ${before} to ${name}`,
        () => () => ask('rename', { run_id, name: before })
      );
    },
    tag: (runIds, key, value) => {
      const before = tagsOf(table, runIds, key);
      void run(
        () => ask('tag', { run_ids: runIds, key, value }),
        done =>
          `${value === null ? 'Took tag' : 'Set tag'} ${key} ${value === null ? 'from' : 'of'} ${count(done.length, 'run')}`,
        done =>
          before && (() => tagBack(before, new Set(done), (ids, old) => ask('tag', { run_ids: ids, key, value: old })))
      );
    },
    remove: runIds => {
      void run(
        () => away('delete', runIds),
        done => `Deleted ${count(done.length, 'run')}`,
        done => () => ask('restore', { run_ids: done })
      );
    },
    restore: runIds => {
      void run(
        () => away('restore', runIds),
        done => `Restored ${count(done.length, 'run')}`,
        done => () => ask('delete', { run_ids: done })
      );
    }
  };
}

/** The runs by the value of a tag, null for none; null where a value is not known in full. */
function tagsOf(table: Table, runIds: readonly string[], key: string): Map<string | null, string[]> | null {
  const column = table.byId.get(`tags.${key}`);
  const values = new Map<string | null, string[]>();
  for (const id of runIds) {
    const value = column?.text(table.rowOf.get(id) ?? -1) ?? null;
    if (value !== null && value.length > LONGEST) return null;
    values.set(value, [...(values.get(value) ?? []), id]);
  }
  return values;
}

async function tagBack(
  before: ReadonlyMap<string | null, readonly string[]>,
  changed: ReadonlySet<string>,
  tag: (runIds: readonly string[], value: string | null) => Promise<Outcome>
): Promise<Outcome> {
  const outcomes: Outcome[] = [];
  for (const [value, ids] of before)
    outcomes.push(
      await tag(
        ids.filter(id => changed.has(id)),
        value
      )
    );
  const wrong = outcomes.find(outcome => outcome.wrong !== null)?.wrong ?? null;
  return { done: outcomes.flatMap(({ done }) => done), wrong };
}
