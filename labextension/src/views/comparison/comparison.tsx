/** Runs side by side: what is selected in the table is so in the charts, and the other way round. */

import { useMemo } from 'preact/hooks';
import { Button } from '../parts/button';
import { count } from '../parts/format';
import { useSource, type ViewProps } from '../parts/frame';
import { Bar, Message, ReducedNote } from '../parts/message';
import { Charts } from './charts';
import { type CompareState, readComparison } from './data';
import { picked } from './selection';
import { ComparisonTable } from './table';

/** The comparison, live or saved. */
export function Comparison({ source }: ViewProps<unknown, CompareState>) {
  useSource(source);
  const { data: found, state } = source;
  const data = useMemo(() => readComparison(found), [found]);
  const { runs } = data;
  const [first] = runs;
  if (!first) return <Message title="No runs to compare.">None match, or none were logged yet.</Message>;
  const baseline = runs.find(run => run.id === state.baseline) ?? first;
  const told = Array.isArray(state.selected) ? state.selected : [];
  const selected = runs.filter(run => told.includes(run.id)).map(run => run.id);
  const pick = (ids: readonly string[], add: boolean) => source.setState({ selected: picked(selected, ids, add) });
  const brush = (ids: readonly string[], add: boolean) =>
    source.setState({ selected: add ? [...new Set([...selected, ...ids])] : ids });
  return (
    <article class="nbf-compare" aria-label={`Comparison of ${count(runs.length, 'run')}`}>
      <header class="nbf-compare-head">
        <b>{count(runs.length, 'run')}</b>
        {selected.length > 0 && (
          <>
            <span class="nbf-soft">{`${selected.length} selected`}</span>
            <Button label="Select none" onClick={() => source.setState({ selected: [] })}>
              Select none
            </Button>
          </>
        )}
        <ReducedNote reduced={data.reduced} />
      </header>
      {data.all > runs.length && (
        <Bar>{`These are the first ${runs.length} of ${count(data.all, 'run')}: filter, sort or slice the frame to compare others.`}</Bar>
      )}
      <ComparisonTable
        data={data}
        state={state}
        baseline={baseline}
        selected={selected}
        arrange={patch => source.setState(patch)}
        onPick={(id, add) => pick([id], add)}
      />
      <Charts data={data} selected={selected} source={source} onPick={pick} onBrush={brush} />
    </article>
  );
}
