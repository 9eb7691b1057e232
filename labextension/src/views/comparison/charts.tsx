/** The charts, as many as are wanted side by side, and the runs that they show. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../parts/button';
import { count } from '../parts/format';
import type { Source } from '../source';
import { ChartCard } from './chart-card';
import { type ChartArgs, type ChartData, type CompareState, type ComparisonData, keyOf, readChart } from './data';
import { firstArgs, kindsOf, NAMES, openKinds, optionsOf } from './options';
import { RunChip } from './run-mark';

const MOST_CHIPS = 40;

export interface ChartsProps {
  data: ComparisonData;
  selected: readonly string[];
  source: Source<unknown, CompareState>;
  onPick: (ids: readonly string[], add: boolean) => void;
  onBrush: (ids: readonly string[], add: boolean) => void;
}

/** All charts, with what chooses among them. */
export function Charts({ data, selected, source, onPick, onBrush }: ChartsProps) {
  const { runs, choices } = data;
  const { state } = source;
  const live = source.mode === 'live';
  const known = useCharts(data.charts);
  // Charts that were asked for may be of runs that are not compared any more; but without somebody to ask they are all.
  const kinds = kindsOf(live ? data.charts : known.charts.values(), choices, runs.length, live);
  const open = openKinds(kinds, state.charts);
  const argsOf = (kind: string): ChartArgs => {
    const first = data.charts.find(chart => chart.kind === kind)?.args ?? firstArgs(kind, choices, runs.length) ?? {};
    return state.args?.[kind] ?? first;
  };
  const wanted = open.map(kind => [kind, argsOf(kind)] as const);
  const missing = wanted.filter(([kind, args]) => known.isWanted(keyOf(kind, args)));
  const keys = missing.map(([kind, args]) => keyOf(kind, args)).join('\n');
  useEffect(() => {
    if (!live || !missing.length) return;
    const life = new AbortController();
    for (const [kind, args] of missing) void known.ask(source, kind, args, life.signal);
    return () => life.abort();
  }, [live, keys, data.charts]);
  if (!kinds.length) {
    return <p class="nbf-soft">{runs.length ? 'There are no metrics to draw charts of.' : ''}</p>;
  }
  return (
    <section class="nbf-compare-part" aria-label="Charts">
      <div class="nbf-compare-tools" role="toolbar" aria-label="Which charts are shown">
        {kinds.map(kind => (
          <Button
            key={kind}
            label={open.includes(kind) ? `Hide: ${NAMES[kind]}` : `Show: ${NAMES[kind]}`}
            pressed={open.includes(kind)}
            onClick={() => {
              const shown = open.includes(kind) ? open.filter(each => each !== kind) : [...open, kind];
              source.setState({ charts: kinds.filter(each => shown.includes(each)) });
            }}
          >
            {NAMES[kind]}
          </Button>
        ))}
      </div>
      <fieldset class="nbf-compare-runs" aria-label="Runs: click to select">
        {runs.slice(0, MOST_CHIPS).map(run => {
          const isSelected = selected.includes(run.id);
          const faded = selected.length > 0 && !isSelected;
          return (
            <RunChip
              key={run.id}
              run={run}
              selected={isSelected}
              faded={faded}
              onPick={(id, add) => onPick([id], add)}
            />
          );
        })}
        {runs.length > MOST_CHIPS && (
          <span class="nbf-soft">{`and ${count(runs.length - MOST_CHIPS, 'more run')}, in the table above`}</span>
        )}
      </fieldset>
      <div class="nbf-compare-charts">
        {wanted.map(([kind, args]) => (
          <ChartCard
            key={kind}
            kind={kind}
            args={args}
            options={optionsOf(kind, choices)}
            charts={known.charts}
            failed={known.failed}
            runs={runs}
            selected={selected}
            source={source}
            onArgs={made => source.setState({ args: { ...state.args, [kind]: made } })}
            onPick={onPick}
            onBrush={onBrush}
            onClose={() => source.setState({ charts: open.filter(each => each !== kind) })}
          />
        ))}
      </div>
    </section>
  );
}

interface Known {
  readonly charts: ReadonlyMap<string, ChartData>;
  readonly failed: ReadonlyMap<string, string>;
  /** Whether a chart must be asked for: it is not there, or is one of runs as they were before. */
  isWanted(key: string): boolean;
  ask(source: Source<unknown, CompareState>, kind: string, args: ChartArgs, signal: AbortSignal): Promise<void>;
}

/** The charts that are there: those of the data, and those that were asked for since. */
function useCharts(given: readonly ChartData[]): Known {
  const [, redraw] = useState(0);
  const charts = useRef(new Map<string, ChartData>());
  const failed = useRef(new Map<string, string>());
  const old = useRef(new Set<string>());
  const seen = useRef<readonly ChartData[] | null>(null);
  if (seen.current !== given) {
    seen.current = given;
    // What was asked for since is shown until it is asked for anew.
    old.current = new Set(charts.current.keys());
    for (const chart of given) {
      const key = keyOf(chart.kind, chart.args);
      old.current.delete(key);
      // The same chart drawn anew would flicker, and lose its zoom.
      if (!isSame(charts.current.get(key), chart)) charts.current.set(key, chart);
    }
  }
  return {
    charts: charts.current,
    failed: failed.current,
    isWanted: key => !charts.current.has(key) || old.current.has(key),
    async ask(source, kind, args, signal) {
      const key = keyOf(kind, args);
      try {
        const found = await source.ask('chart', { kind, args }, signal);
        charts.current.set(key, readChart(found));
        old.current.delete(key);
        failed.current.delete(key);
      } catch (error) {
        if (signal.aborted) return;
        failed.current.set(key, error instanceof Error ? error.message : String(error));
      }
      redraw(n => n + 1);
    }
  };
}

function isSame(one: ChartData | undefined, other: ChartData): boolean {
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other);
}
