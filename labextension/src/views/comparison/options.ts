/** What each kind of chart can be made of, and what it is made of at first. */

import { type ChartArgs, type ChartData, type Choices, keyOf } from './data';

export interface Option {
  /** The argument of the Python function. */
  readonly name: string;
  readonly label: string;
  readonly values: readonly string[];
  /** What is said for none, where there may be none. */
  readonly none?: string;
}

export const KINDS = ['lines', 'scatter', 'parallel', 'bars', 'box', 'contour', 'importance'] as const;

export const NAMES: Readonly<Record<string, string>> = {
  lines: 'Lines',
  scatter: 'Scatter',
  parallel: 'Parallel',
  bars: 'Bars',
  box: 'Box',
  contour: 'Contour',
  importance: 'Importance'
};

const OPENED = 4;
const FEWEST: Readonly<Record<string, number>> = {
  scatter: 2,
  parallel: 2,
  bars: 1,
  box: 4,
  contour: 6,
  importance: 10
};

/** What can be chosen for a kind of chart. */
export function optionsOf(kind: string, { metrics, histories, params, numbers }: Choices): Option[] {
  const metric = { name: 'metric', label: 'Metric', values: metrics };
  const measures = [...params, ...metrics.filter(name => !params.includes(name)), 'duration', 'start_time'];
  switch (kind) {
    case 'lines':
      return [
        { name: 'metric', label: 'Metric', values: histories.length ? histories : metrics },
        { name: 'x', label: 'Over', values: ['time', 'relative', ...histories], none: 'step' },
        { name: 'band', label: 'Mean over', values: params, none: '– each run –' }
      ];
    case 'scatter':
      return [
        { name: 'x', label: 'x', values: measures },
        { name: 'y', label: 'y', values: measures },
        { name: 'color', label: 'Colour', values: [...params, ...metrics], none: '– run –' }
      ];
    case 'parallel':
      return [{ ...metric, none: '– none –' }];
    case 'box':
      return [{ name: 'param', label: 'Param', values: params }, metric];
    case 'contour':
      return [
        { name: 'x', label: 'x', values: numbers },
        { name: 'y', label: 'y', values: numbers },
        { ...metric, name: 'z', label: 'Metric' }
      ];
    default:
      return [metric];
  }
}

/** What a kind of chart is made of at first; null where it makes no sense for these runs. */
export function firstArgs(kind: string, choices: Choices, runs: number): ChartArgs | null {
  const [main] = choices.metrics;
  if (kind === 'lines') return choices.histories.length ? { metric: choices.histories[0] } : null;
  if (main === undefined || runs < (FEWEST[kind] ?? 1)) return null;
  const [param, other] = choices.params;
  switch (kind) {
    case 'bars':
      return { metric: main };
    case 'scatter': {
      const x = choices.numbers[0] ?? choices.metrics[1] ?? param;
      return x === undefined ? null : { x, y: main };
    }
    case 'contour': {
      const [x, y] = choices.numbers;
      return x === undefined || y === undefined ? null : { x, y, z: main };
    }
    case 'box':
      return param === undefined ? null : { param: other ?? param, metric: main };
    default:
      return param === undefined ? null : { metric: main };
  }
}

/** The kinds that make sense for these runs, or that are there already. */
export function kindsOf(charts: Iterable<ChartData>, choices: Choices, runs: number, live: boolean): string[] {
  const there = new Set([...charts].map(chart => chart.kind));
  return KINDS.filter(kind => there.has(kind) || (live && firstArgs(kind, choices, runs) !== null));
}

/** The kinds that are shown: those chosen, else the first. */
export function openKinds(kinds: readonly string[], chosen: readonly string[] | undefined): string[] {
  return chosen ? kinds.filter(kind => chosen.includes(kind)) : kinds.slice(0, OPENED);
}

/** The arguments with another value of one of them. */
export function changed(args: ChartArgs, name: string, value: string | null): ChartArgs {
  const made: Record<string, unknown> = { ...args };
  if (value === null) delete made[name];
  else made[name] = value;
  // It was for what stood there before.
  if (name === 'x' || name === 'y') delete made.log;
  // A band is of steps only.
  if (name === 'band' && value !== null && made.x !== 'relative') delete made.x;
  if (name === 'x' && value !== null && value !== 'relative') delete made.band;
  return made;
}

/** The values of an option with which a chart is there: all that can be shown without a kernel. */
export function savedValues(
  charts: ReadonlyMap<string, ChartData>,
  kind: string,
  args: ChartArgs,
  option: Option
): (string | null)[] {
  const all: (string | null)[] = option.none === undefined ? [...option.values] : [null, ...option.values];
  return all.filter(value => charts.has(keyOf(kind, changed(args, option.name, value))));
}
