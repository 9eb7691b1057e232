/** Small curves of metrics: asked for in one batch for what is seen, kept for when there is no kernel. */

import { useEffect, useMemo, useReducer } from 'preact/hooks';
import type { Source } from '../source';
import { STATUS, type Table } from './table';

export interface Curves {
  /** The path of a run's metric; null where it has no curve, undefined where that is not known. */
  of(runId: string, metric: string): string | null | undefined;
  /** Metrics of which some run has a curve. */
  readonly metrics: ReadonlySet<string>;
  /** Counts the answers. */
  readonly version: number;
  /** Says what is seen, so that it is asked for. */
  want(runIds: readonly string[], metrics: readonly string[]): void;
}

interface Answer {
  readonly lines?: Readonly<Record<string, Readonly<Record<string, ArrayLike<number | string | null>>>>>;
}

export const CURVE_WIDTH = 44;
export const CURVE_HEIGHT = 14;
const PAUSE_MS = 120; // of scrolling, before what is seen is asked for
const AGAIN_MS = 2000; // after a failure
const MOST_AGAIN_MS = 60_000;
const MOST_RUNS = 60;
const MOST_METRICS = 24;
const NONE: Curves = { of: () => null, metrics: new Set(), version: 0, want: () => undefined };

/** Keeps curves while the view lives. */
export function useCurves(source: Source<unknown, object>, table: Table, on: boolean): Curves {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const curves = useMemo(() => new Asked(source, () => redraw(undefined)), [source]);
  useEffect(() => curves.forgetRunning(table), [curves, table]);
  useEffect(() => () => curves.stop(), [curves]);
  return on ? curves : NONE;
}

type Seen = readonly [runIds: readonly string[], metrics: readonly string[]];

class Asked implements Curves {
  metrics: ReadonlySet<string> = new Set();
  version = 0;
  private readonly paths = new Map<string, Map<string, string | null>>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly stopped = new AbortController();
  private busy = false;
  /** How often in a row there was no answer. */
  private failed = 0;
  private seen: Seen = [[], []];

  constructor(
    private readonly source: Source<unknown, object>,
    private readonly changed: () => void
  ) {}

  of(runId: string, metric: string): string | null | undefined {
    return this.paths.get(runId)?.get(metric);
  }

  want(runIds: readonly string[], metrics: readonly string[]): void {
    const isPlanned = this.timer !== undefined && isSame(this.seen, [runIds, metrics]);
    this.seen = [runIds, metrics];
    if (this.source.mode === 'live' && !this.busy && !isPlanned) this.plan(PAUSE_MS);
  }

  /** What goes on has other curves now. */
  forgetRunning(table: Table): void {
    const status = table.byId.get(STATUS);
    for (const run of this.paths.keys()) {
      const row = table.rowOf.get(run) ?? -1;
      if (row < 0 || status?.text(row) === 'RUNNING') this.paths.delete(run);
    }
  }

  stop(): void {
    clearTimeout(this.timer);
    this.stopped.abort();
  }

  private async ask(): Promise<void> {
    const [runIds, names] = this.seen;
    const isOpen = (run: string, metric: string) => this.of(run, metric) === undefined;
    const metrics = names.filter(metric => runIds.some(run => isOpen(run, metric))).slice(0, MOST_METRICS);
    const runs = runIds.filter(run => metrics.some(metric => isOpen(run, metric))).slice(0, MOST_RUNS);
    if (!runs.length) return;
    this.busy = true;
    const args = { run_ids: runs, metrics };
    const answer = await this.source.ask<Answer>('sparklines', args, this.stopped.signal).catch(() => null);
    this.busy = false;
    if (this.stopped.signal.aborted) return;
    if (!answer) return this.later();
    this.failed = 0;
    for (const run of runs) for (const metric of metrics) this.keep(run, metric, path(answer.lines?.[run]?.[metric]));
    this.version++;
    this.changed();
  }

  /** What could not be answered is asked again, ever more seldom, and soon when something else is seen. */
  private later(): void {
    const pause = Math.min(AGAIN_MS * 2 ** this.failed++, MOST_AGAIN_MS);
    if (this.source.mode === 'live') this.plan(pause);
  }

  private plan(pause: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.ask();
    }, pause);
  }

  private keep(run: string, metric: string, drawn: string | null): void {
    const paths = this.paths.get(run) ?? new Map<string, string | null>();
    this.paths.set(run, paths.set(metric, drawn));
    if (drawn && !this.metrics.has(metric)) this.metrics = new Set([...this.metrics, metric]);
  }
}

function isSame(a: Seen, b: Seen): boolean {
  return a.every((list, at) => list.length === b[at]?.length && list.every((each, i) => each === b[at]?.[i]));
}

/** The path of a curve; null where there are not two points to draw. */
export function path(values: ArrayLike<number | string | null> | undefined): string | null {
  if (!values || values.length < 2) return null;
  const numbers = Array.from(values, value => (typeof value === 'number' ? value : Number.NaN));
  const finite = numbers.filter(Number.isFinite);
  if (finite.length < 2) return null;
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  const x = (i: number) => (1 + (i / (numbers.length - 1)) * (CURVE_WIDTH - 2)).toFixed(1);
  const y = (value: number) =>
    (high === low ? CURVE_HEIGHT / 2 : 1.5 + ((high - value) / (high - low)) * (CURVE_HEIGHT - 3)).toFixed(1);
  let drawn = '';
  let pen = false;
  numbers.forEach((value, i) => {
    if (Number.isFinite(value)) drawn += `${pen ? 'L' : 'M'}${x(i)} ${y(value)}`;
    pen = Number.isFinite(value);
  });
  return drawn;
}
