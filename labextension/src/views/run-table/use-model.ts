/** All that the table's parts draw from: the table, its lines, its columns in place, and what changes them. */

import { useMemo, useRef, useState } from 'preact/hooks';
import type { Source } from '../source';
import { type Arranged, arrange, type Known, know } from './arrange';
import { type Lines, makeLines } from './lines';
import type { Column } from './read';
import type { Selection } from './selection';
import { readState, type TableState } from './state';
import type { Table } from './table';
import { type Filtered, useFilter } from './use-filter';
import { bestValue } from './variation';

const LEAST_WIDTH = 40;

export interface TableSource extends Source<unknown, TableState> {
  /** The address of all of it as CSV, where there is one: texts that are cut here are whole there. */
  readonly csvUrl?: string;
}

export interface Model {
  readonly source: TableSource;
  readonly table: Table;
  readonly state: TableState;
  readonly known: Known;
  readonly arranged: Arranged;
  readonly lines: Lines;
  readonly filtered: Filtered;
  readonly selection: Selection;
  set(patch: Partial<TableState>): void;
  /** Selects other runs, given those that are selected now: keys may be faster than drawing. */
  select(change: (before: Selection) => Selection): void;
  /** Gives a column a width, null its own; not `done` while it is dragged. */
  widen(id: string, width: number | null, done: boolean): void;
  /** The best value of a column among the runs that pass; null where none is marked. */
  best(column: Column): number | null;
}

/** Works out the table; each step again only when what it depends on changed. */
export function useModel(source: TableSource, table: Table, available: number, curved: ReadonlySet<string>): Model {
  const state = useMemo(() => readState(source.state), [source.state]);
  const known = useMemo(() => know(table), [table]);
  const filtered = useFilter(source, table, state);
  const lines = useMemo(
    () => makeLines(table, filtered.rows, state),
    [table, filtered.rows, fingerprint(state.sort, state.group, state.tree, state.collapsed, state.expanded)]
  );
  const [dragged, setDragged] = useState<Readonly<Record<string, number>>>({});
  const widths = { ...state.widths, ...dragged };
  const arranged = useMemo(
    () => arrange(table, known, { ...state, widths }, available, curved),
    [
      table,
      known,
      available,
      curved,
      fingerprint(state.differ, state.group, state.shown, state.hidden, state.order, state.pinned, widths)
    ]
  );
  const anchor = useRef<string | null>(null);
  const ids = useMemo(() => new Set(state.selected), [state.selected]);
  const best = useMemo(() => bestOf(lines.passed), [table, lines.passed]);
  return {
    source,
    table,
    state,
    known,
    arranged,
    lines,
    filtered,
    selection: { ids, anchor: anchor.current },
    set: patch => source.setState(patch),
    widen: (id, width, done) => {
      const wide = width === null ? null : Math.round(Math.max(width, LEAST_WIDTH));
      // Python is told at the end, and not at each pixel.
      setDragged(done || wide === null ? {} : { [id]: wide });
      if (!done) return;
      const { [id]: _, ...others } = state.widths;
      source.setState({ widths: wide === null ? others : { ...others, [id]: wide } });
    },
    select: change => {
      const after = change({ ids: new Set(readState(source.state).selected), anchor: anchor.current });
      anchor.current = after.anchor;
      source.setState({ selected: [...after.ids] });
    },
    best
  };
}

/** Finds the best values of columns, each once. */
function bestOf(rows: Int32Array): (column: Column) => number | null {
  const found = new Map<string, number | null>();
  return column => {
    let best = found.get(column.id);
    if (best === undefined) {
      best = bestValue(column, rows);
      found.set(column.id, best);
    }
    return best;
  };
}

function fingerprint(...parts: readonly unknown[]): string {
  return JSON.stringify(parts);
}
