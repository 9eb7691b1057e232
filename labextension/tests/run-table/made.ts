/** Tables and sources for tests. */

import type { Column } from '../../src/views/columns';
import type { TableState } from '../../src/views/run-table/state';
import { readTable, type Table } from '../../src/views/run-table/table';
import { type Mode, type Source, SourceError } from '../../src/views/source';

export function column(id: string, values: unknown[], more: Partial<Column> = {}): Column {
  const [word = '', ...rest] = id.split('.');
  const kind = ({ metrics: 'metric', params: 'param', tags: 'tag' } as const)[word] ?? 'attribute';
  const type = kind === 'metric' ? 'number' : 'text';
  return { id, kind, name: rest.join('.') || id, type, best: null, values: values as Column['values'], ...more };
}

/** Runs a, b, c ... with metrics and params. */
export function data(columns: readonly Column[] = [], n = 4) {
  const ids = Array.from({ length: n }, (_, i) => String.fromCharCode(97 + i));
  return {
    columns: [
      column('run_id', ids),
      column(
        'tags.mlflow.runName',
        ids.map(id => `run ${id}`)
      ),
      column(
        'status',
        ids.map(() => 'FINISHED'),
        { type: 'status' }
      ),
      ...columns
    ]
  };
}

export function table(columns: readonly Column[] = [], n = 4): Table {
  return readTable(data(columns, n));
}

type Answers = Record<string, (args: never) => unknown>;

/** A source that answers what it is told to, and keeps what it was asked. */
export class MadeSource implements Source<unknown, TableState> {
  mode: Mode = 'live';
  state: TableState;
  readonly asked: [method: string, args: object][] = [];
  private readonly listeners = new Set<() => void>();

  constructor(
    public data: unknown,
    state: Partial<TableState> = {},
    private readonly answers: Answers = {}
  ) {
    this.state = state as TableState;
  }

  setState(patch: Partial<TableState>): void {
    this.state = { ...this.state, ...patch };
    this.changed();
  }

  changed(): void {
    for (const listener of [...this.listeners]) listener();
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async ask<T>(method: string, args: object = {}): Promise<T> {
    if (this.mode === 'saved') throw new SourceError('NO_KERNEL', 'nobody is there');
    this.asked.push([method, args]);
    const answer = this.answers[method];
    return (answer ? answer(args as never) : {}) as T;
  }

  async vega(): Promise<null> {
    return null;
  }
}
