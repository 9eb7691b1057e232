/** Which runs pass the filters that are set: told here where the table knows enough, else by Python. */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Source } from '../source';
import { SourceError } from '../source';
import { columnTest, filterTest, passing, type Test, wordsTest } from './filter';
import { isFilter } from './grammar';
import type { TableState } from './state';
import type { Table } from './table';

export interface Filtered {
  /** Rows that pass; null for all. */
  readonly rows: Int32Array | null;
  /** What is wrong with the filter. */
  readonly error: string | null;
  /** Python was asked and has not answered. */
  readonly waiting: boolean;
}

interface Answer {
  readonly filter: string;
  readonly table: Table;
  readonly ids: ReadonlySet<string> | null;
  readonly error: string | null;
}

type Local = { readonly test: Test | null; readonly error: null } | { readonly test: null; readonly error: string };

/** Applies filters. One that is wrong, or not answered yet, leaves what passed before. */
export function useFilter(source: Source<unknown, TableState>, table: Table, state: TableState): Filtered {
  const { filter, column_filters: filters } = state;
  const local = useMemo(() => readLocally(filter, table), [filter, table]);
  const asks = local.error !== null && source.mode === 'live';
  const [answer, setAnswer] = useState<Answer | null>(null);
  useEffect(() => {
    if (!asks) return;
    const stop = new AbortController();
    const told = (ids: ReadonlySet<string> | null, error: string | null) => {
      if (!stop.signal.aborted) setAnswer({ filter, table, ids, error });
    };
    source.ask<{ run_ids: string[] }>('filter', { filter }, stop.signal).then(
      ({ run_ids }) => told(new Set(run_ids), null),
      (error: unknown) =>
        told(null, error instanceof SourceError && error.code !== 'NO_KERNEL' ? firstLine(error.message) : local.error)
    );
    return () => stop.abort();
  }, [asks, filter, table, source, local.error]);

  const asked = asks && answer?.filter === filter ? answer : null;
  const waiting = asks && asked?.table !== table;
  const error = asks ? (asked?.error ?? null) : local.error && `${local.error} Only a running kernel could tell more.`;
  const last = useRef<Test | null>(null);
  const test = local.error === null ? local.test : asked?.ids ? idsTest(asked.ids, table) : last.current;
  const rows = useMemo(() => {
    const own = Object.entries(filters).flatMap(([id, wanted]) => {
      const column = table.byId.get(id);
      return column ? [columnTest(column, wanted)] : [];
    });
    return passing(table, test ? [test, ...own] : own);
  }, [table, local, asked, JSON.stringify(filters), error !== null || waiting]);
  useEffect(() => {
    if (!error && !waiting) last.current = test;
  });
  return { rows, error, waiting };
}

function readLocally(filter: string, table: Table): Local {
  const text = filter.trim();
  if (!text) return { test: null, error: null };
  if (!isFilter(text)) return { test: wordsTest(text, table), error: null };
  try {
    return { test: filterTest(text, table), error: null };
  } catch (error) {
    return { test: null, error: error instanceof Error ? error.message : String(error) };
  }
}

function idsTest(ids: ReadonlySet<string>, table: Table): Test {
  return row => ids.has(table.ids[row] ?? '');
}

/** Python's words, without the picture of the place: the filter stands right above. */
function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}
