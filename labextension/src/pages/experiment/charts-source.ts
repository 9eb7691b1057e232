/** The charts beside a table of runs: a source that stays the same while the runs that they are of are others. */

import type { ComparisonSource } from '../../api/comparison-source';
import type { StoreApi } from '../../api/store-api';
import type { TableSource } from '../../api/table-source';
import type { CompareState } from '../../views/comparison/data';
import { texts } from '../../views/given';
import { type Mode, type Source, SourceError, type Vega } from '../../views/source';

const PAUSE_MS = 300; // a filter that is typed, a table that is sorted: not each step is drawn

/** What is selected in the table is so in the charts, and the other way round. */
export class ChartsSource implements Source<unknown, CompareState> {
  readonly mode: Mode = 'live';
  /** What went wrong with the newest runs; null while all is well. */
  problem: SourceError | null = null;
  private shown: ComparisonSource | null = null;
  private coming: ComparisonSource | null = null;
  private wanted = '';
  private linked = true;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();
  private readonly stopTable: () => void;
  private stopShown: () => void = () => undefined;

  constructor(
    private readonly store: StoreApi,
    private readonly table: TableSource,
    /** What the arrangement of the charts is kept under. */
    private readonly key: string
  ) {
    this.stopTable = table.subscribe(() => this.changed());
  }

  get data(): unknown {
    return this.shown?.data ?? null;
  }

  /** Whether there are charts of any runs. */
  get loaded(): boolean {
    return this.shown !== null;
  }

  get state(): CompareState {
    return { ...this.shown?.state, selected: this.linked ? texts(this.table.state.selected) : [] };
  }

  setState({ selected, ...patch }: Partial<CompareState>): void {
    if (selected && this.linked) this.table.setState({ selected: [...selected] });
    if (Object.keys(patch).length) this.shown?.setState(patch);
  }

  /** Draws other runs; `linked` where what is selected is to be told apart. */
  show(runIds: readonly string[], linked: boolean): void {
    const wanted = runIds.join(' ');
    if (linked !== this.linked) {
      this.linked = linked;
      this.changed();
    }
    if (wanted === this.wanted) return;
    const isFirst = this.wanted === '';
    this.wanted = wanted;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.fetch(runIds), isFirst ? 0 : PAUSE_MS);
  }

  subscribe(changed: () => void): () => void {
    const listener = (): void => changed();
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async ask<T>(method: string, args?: object, signal?: AbortSignal): Promise<T> {
    if (!this.shown) throw new SourceError('NO_SERVER', 'There are no runs to ask about.');
    return this.shown.ask<T>(method, args, signal);
  }

  vega(): Promise<Vega | null> {
    return this.store.context.vega();
  }

  async refresh(): Promise<void> {
    await (this.coming ?? this.shown)?.refresh();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.stopTable();
    this.stopShown();
    this.coming?.dispose();
    this.shown?.dispose();
    this.listeners.clear();
  }

  /** Until the new ones are there, the old ones stay. */
  private fetch(runIds: readonly string[]): void {
    this.coming?.dispose();
    this.coming = null;
    if (!runIds.length) return this.take(null);
    const { selected: _, ...state } = this.shown?.state ?? {};
    const coming = this.store.comparisonSource(runIds, { key: this.key, state });
    this.coming = coming;
    const stop = coming.subscribe(() => {
      if (coming !== this.coming) return stop();
      if (coming.loaded) {
        stop();
        this.coming = null;
        this.take(coming);
      } else if (coming.problem) {
        this.problem = coming.problem;
        this.changed();
      }
    });
  }

  private take(source: ComparisonSource | null): void {
    this.stopShown();
    this.shown?.dispose();
    this.shown = source;
    this.problem = source?.problem ?? null;
    this.stopShown =
      source?.subscribe(() => {
        this.problem = source.problem;
        this.changed();
      }) ?? (() => undefined);
    this.changed();
  }

  private changed(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
