/** The data of a live display, as they come from Python; what is not of its shape is left out. */

import { finite, list, object, text } from '../given';
import { type MetricData, type PageState, type Pair, readMetric } from '../run-page/data';

/** What the user arranged: as on the page of a run. */
export type LiveState = PageState;

export interface LiveRun {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly startTime: number | null;
  readonly endTime: number | null;
  /** When these data were read. */
  readonly seenAt: number | null;
  readonly params: readonly Pair[];
  readonly error: { readonly type: string; readonly message: string } | null;
  readonly rate: { readonly value: number; readonly unit: string } | null;
}

/** A metric of one of the runs. */
export interface LiveMetric extends MetricData {
  readonly run: LiveRun;
  /** Whether less or more of it is better; null where its name does not say. */
  readonly mode: 'min' | 'max' | null;
  /** The best of its values, where it is known which is. */
  readonly best: number | null;
}

export interface LiveData {
  /** The first is the one that is shown; the others belong to it. */
  readonly runs: readonly LiveRun[];
  /** How many there are; not all are drawn. */
  readonly nRuns: number;
  readonly metrics: readonly LiveMetric[];
  readonly notice: string | null;
  readonly reduced: unknown;
}

/** Those of the charts that Python draws, `nbflow.charts.theme.PALETTE`: they can be told apart on light and dark. */
const COLORS = ['#1f7fc4', '#d55e00', '#009e73', '#c46a9d', '#c98300', '#3a9bd1', '#8c7ae6', '#8f8f8f'] as const;

/** The colour of a run's lines: it stays while others come and go. */
export function colorOf(data: LiveData, run: LiveRun): string {
  const place = data.runs.indexOf(run);
  // Of more runs than are drawn, the oldest but the first went.
  const nth = place <= 0 ? place : place + data.nRuns - data.runs.length;
  return COLORS[Math.max(0, nth) % COLORS.length] ?? COLORS[0];
}

/** Reads the data; null for what is none. */
export function readLive(found: unknown): LiveData | null {
  const data = object(found);
  if (!Array.isArray(data.runs)) return null;
  const runs = data.runs.flatMap(readRun);
  const known = new Map(runs.map(run => [run.id, run]));
  return {
    runs,
    nRuns: finite(data.n_runs) ?? runs.length,
    metrics: list(data.metrics).flatMap(each => readLiveMetric(each, known)),
    notice: text(data.notice),
    reduced: data.reduced
  };
}

/** Takes a change into the data: parts that are new, of the runs what is new of them, and metrics that changed. */
export function patched(data: unknown, change: unknown): unknown {
  const before = object(data);
  const { metrics, runs, ...parts } = object(change);
  const known = new Map(list(before.runs).map(each => [object(each).run_id, object(each)]));
  const now =
    runs === undefined ? before.runs : list(runs).map(each => ({ ...known.get(runId(each)), ...object(each) }));
  const drawn = new Set(list(now).map(runId));
  const changed = new Map(list(metrics).map(each => [metricId(each), each]));
  const kept = list(before.metrics)
    .filter(each => drawn.has(object(each).run))
    .map(each => {
      const id = metricId(each);
      const found = changed.get(id) ?? each;
      changed.delete(id);
      return found;
    });
  return { ...before, ...parts, runs: now, metrics: [...kept, ...changed.values()] };
}

function runId(found: unknown): unknown {
  return object(found).run_id;
}

function metricId(found: unknown): string {
  const { run, key } = object(found);
  return JSON.stringify([run, key]);
}

function readRun(found: unknown): readonly LiveRun[] {
  const given = object(found);
  const id = text(given.run_id);
  if (id === null) return [];
  const error = object(given.error);
  const rate = object(given.rate);
  const value = finite(rate.value);
  const type = text(error.type);
  return [
    {
      id,
      name: text(given.name) ?? '',
      status: text(given.status) ?? '',
      startTime: finite(given.start_time),
      endTime: finite(given.end_time),
      seenAt: finite(given.seen_at),
      params: list(given.params).map(row => [String(list(row)[0]), String(list(row)[1])] as const),
      error: type === null ? null : { type, message: text(error.message) ?? '' },
      rate: value === null ? null : { value, unit: text(rate.unit) ?? '' }
    }
  ];
}

function readLiveMetric(found: unknown, runs: ReadonlyMap<string, LiveRun>): readonly LiveMetric[] {
  const given = object(found);
  const run = runs.get(text(given.run) ?? '');
  if (!run) return [];
  return readMetric(found).map(metric => {
    const mode = given.best === 'min' || given.best === 'max' ? given.best : null;
    return { ...metric, run, mode, best: mode && metric[mode] };
  });
}
