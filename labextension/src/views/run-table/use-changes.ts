/** Changes of runs, each with its way back: renaming, tags, deleting. Python makes them, where access is checked. */

import { useState } from 'preact/hooks';
import { count } from '../parts/format';
import { nameOf, type Table } from './table';
import type { Model } from './use-model';

export interface Changes {
  /** What was done or went wrong last, in words. */
  readonly said: string | null;
  readonly failed: boolean;
  /** Takes it back; null where there is nothing to take back. */
  readonly undo: (() => void) | null;
  readonly busy: boolean;
  rename(runId: string, name: string): void;
  tag(runIds: readonly string[], key: string, value: string | null): void;
  remove(runIds: readonly string[]): void;
  say(text: string): void;
  forget(): void;
}

/** What Python answers: a list of runs is changed as far as it goes. */
interface Answer {
  readonly done?: readonly string[];
  readonly failed?: readonly { readonly message: string }[];
}

interface Said {
  readonly text: string;
  readonly failed: boolean;
  readonly undo: Change | null;
}

/** Does something, and says what of it was not done. */
type Change = () => Promise<Outcome>;

interface Outcome {
  readonly done: readonly string[];
  readonly wrong: string | null;
}

const LONGEST = 9_999; // characters of a tag; Python sends no more, and what was cut cannot be put back

/** Keeps what was changed last. */
export function useChanges({ source, table, select }: Model): Changes {
  const [said, setSaid] = useState<Said | null>(null);
  const [busy, setBusy] = useState(false);
  const ask = async (method: string, args: object): Promise<Outcome> => {
    const { done = [], failed = [] } = await source.ask<Answer>(method, args);
    return { done, wrong: failed[0]?.message ?? null };
  };
  const run = async (
    change: Change,
    words: (done: readonly string[]) => string,
    undo: (done: readonly string[]) => Change | null
  ) => {
    setBusy(true);
    try {
      const { done, wrong } = await change();
      const text = [done.length ? words(done) : '', wrong ?? ''].filter(Boolean).join('. ');
      setSaid({ text: text || 'Nothing was changed', failed: wrong !== null, undo: done.length ? undo(done) : null });
    } catch (error) {
      setSaid({ text: error instanceof Error ? error.message : String(error), failed: true, undo: null });
    } finally {
      setBusy(false);
    }
  };
  const back = said?.undo;
  return {
    said: said?.text ?? null,
    failed: said?.failed ?? false,
    undo: back
      ? () =>
          void run(
            back,
            done => `Taken back for ${count(done.length, 'run')}`,
            () => null
          )
      : null,
    busy,
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
        async () => {
          const outcome = await ask('delete', { run_ids: runIds });
          const gone = new Set(outcome.done);
          select(({ ids }) => ({ ids: new Set([...ids].filter(id => !gone.has(id))), anchor: null }));
          return outcome;
        },
        done => `Deleted ${count(done.length, 'run')}`,
        done => () => ask('restore', { run_ids: done })
      );
    },
    say: text => setSaid({ text, failed: false, undo: null }),
    forget: () => setSaid(null)
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
