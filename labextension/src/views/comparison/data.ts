/** The data of a comparison, as they come from Python; what is not of their shape is left out, or is an error in words. */

import { type Column, checkColumns } from '../columns';
import { isRecord, list, object, text, texts } from '../given';

/** What the user arranged. */
export interface CompareState {
  /** The id of the run that the others are compared with. */
  baseline?: string | null;
  /** The ids of the runs selected. */
  selected?: readonly string[];
  /** Whether only rows that differ are shown; so by default. */
  differences?: boolean;
  /** What is searched for among the rows. */
  search?: string;
  /** Which kinds of charts are shown. */
  charts?: readonly string[];
  /** What each kind of chart is made of. */
  args?: Readonly<Record<string, ChartArgs>>;
  log?: boolean;
  /** The weight of the past in a smoothed line, 0 to 0.99. */
  smooth?: number;
}

export type ChartArgs = Readonly<Record<string, unknown>>;

export interface RunHead {
  readonly id: string;
  readonly name: string;
  /** What charts call it. */
  readonly label: string;
  readonly letter: string;
  readonly color: string;
  readonly status: string;
}

export interface LinesData {
  /** The data set of the lines, and the fields of their points. */
  readonly data: string;
  readonly x: string;
  readonly y: string;
  /** Null where Python smooths. */
  readonly smooth: string | null;
  readonly label: string | null;
  readonly zoom: string | null;
  /** Whether there are more points than these. */
  readonly reduced: boolean;
}

export interface ChartData {
  readonly kind: string;
  readonly args: ChartArgs;
  readonly code: string;
  readonly title: string;
  readonly notes: readonly string[];
  /** What stands in its place. */
  readonly words: string;
  readonly spec: object | null;
  readonly pick: { readonly param: string; readonly field: string } | null;
  readonly brush: { readonly param: string; readonly field: string; readonly data: string } | null;
  readonly lines: LinesData | null;
}

export interface Choices {
  readonly metrics: readonly string[];
  readonly histories: readonly string[];
  readonly params: readonly string[];
  readonly numbers: readonly string[];
}

export interface ComparisonData {
  readonly runs: readonly RunHead[];
  /** How many runs there were, of which these are the first. */
  readonly all: number;
  readonly choices: Choices;
  readonly rows: readonly Column[];
  readonly charts: readonly ChartData[];
  readonly reduced: unknown;
}

const COLOR = /^#[0-9a-f]{6}$/i;

/**
 * Reads a comparison.
 *
 * @throws {TypeError} that says what is wrong, in words for the user
 */
export function readComparison(found: unknown): ComparisonData {
  if (!isRecord(found)) throw new TypeError('its data are missing');
  const runs = list(found.runs).filter(isRecord).map(readRun);
  if (new Set(runs.map(run => run.id)).size < runs.length) throw new TypeError('a run is there twice');
  const choices = object(found.choices);
  return {
    runs,
    all: typeof found.all === 'number' ? found.all : runs.length,
    choices: {
      metrics: texts(choices.metrics),
      histories: texts(choices.histories),
      params: texts(choices.params),
      numbers: texts(choices.numbers)
    },
    rows: checkColumns(found.rows),
    charts: list(found.charts).filter(isRecord).map(readChart),
    reduced: found.reduced ?? null
  };
}

/** Reads a chart, as it came with the data or as the answer to a question. */
export function readChart(found: unknown): ChartData {
  const chart = object(found);
  const { pick, brush } = chart;
  return {
    kind: textOf(chart.kind),
    args: object(chart.args),
    code: textOf(chart.code),
    title: textOf(chart.title),
    notes: texts(chart.notes),
    words: textOf(chart.words),
    spec: isRecord(chart.spec) ? chart.spec : null,
    pick: isRecord(pick) ? { param: textOf(pick.param), field: textOf(pick.field) } : null,
    brush: isRecord(brush)
      ? { param: textOf(brush.param), field: textOf(brush.field), data: textOf(brush.data) }
      : null,
    lines: isRecord(chart.lines) ? readLines(chart.lines) : null
  };
}

/** What tells a chart from all others. */
export function keyOf(kind: string, args: ChartArgs): string {
  const given = Object.entries(args)
    .filter(([, value]) => value !== null && value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([kind, given]);
}

function readRun(run: Record<string, unknown>): RunHead {
  const color = textOf(run.color);
  return {
    id: textOf(run.id),
    name: textOf(run.name),
    label: textOf(run.label),
    letter: textOf(run.letter),
    color: COLOR.test(color) ? color : '#8f8f8f',
    status: textOf(run.status)
  };
}

function readLines(lines: Record<string, unknown>): LinesData {
  return {
    data: textOf(lines.data),
    x: textOf(lines.x),
    y: textOf(lines.y),
    smooth: text(lines.smooth),
    label: text(lines.label),
    zoom: text(lines.zoom),
    reduced: lines.reduced === true
  };
}

function textOf(found: unknown): string {
  return text(found) ?? '';
}
