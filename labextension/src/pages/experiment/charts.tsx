/** Charts of the runs that the table shows. */

import { useMemo } from 'preact/hooks';
import { t, tn } from '../../i18n';
import { Charts } from '../../views/comparison/charts';
import { readComparison } from '../../views/comparison/data';
import { picked } from '../../views/comparison/selection';
import { Button } from '../../views/parts/button';
import { useSource } from '../../views/parts/frame';
import { ErrorBoundary } from '../../views/parts/message';
import { Stale } from '../problem';
import type { ChartsSource } from './charts-source';

/** How many runs may be drawn at once. */
export const COUNTS = [5, 10, 20, 50, 100] as const;

export interface ExperimentChartsProps {
  source: ChartsSource;
  /** How many runs the table shows. */
  runs: number;
  selected: number;
  count: number;
  onCount: (count: number) => void;
  /** Whether the selected runs alone are drawn. */
  only: boolean;
  onOnly: (only: boolean) => void;
}

/** The charts, and which runs they are of. */
export function ExperimentCharts(props: ExperimentChartsProps) {
  const { source, runs, selected, count, onCount, only, onOnly } = props;
  useSource(source);
  const drawn = only ? selected : Math.min(runs, count);
  return (
    <section class="nbf-pages-charts" aria-label={t('Charts of the runs')}>
      <div class="nbf-pages-charts-head" role="toolbar" aria-label={t('Which runs are drawn')}>
        {only ? (
          <b>{tn('%1 selected run', '%1 selected runs', drawn)}</b>
        ) : (
          <label class="nbf-compare-choice">
            <span>{t('Draw the first')}</span>
            <select
              aria-label={t('How many runs are drawn')}
              value={String(count)}
              onChange={event => onCount(Number(event.currentTarget.value))}
            >
              {COUNTS.map(each => (
                <option key={each} value={String(each)}>
                  {each}
                </option>
              ))}
            </select>
            <span>{tn('of %1 run', 'of %1 runs', runs)}</span>
          </label>
        )}
        <span class="nbf-gap" />
        <Button
          label={t('Draw the selected runs alone')}
          pressed={only}
          disabled={!only && selected === 0}
          onClick={() => onOnly(!only)}
        >
          {t('Only selected')}
        </Button>
      </div>
      {source.problem && <Stale problem={source.problem} onRetry={() => void source.refresh()} />}
      {drawn === 0 ? (
        <p class="nbf-soft">{only ? t('No run is selected.') : t('No runs are shown: there is nothing to draw.')}</p>
      ) : source.loaded ? (
        <ErrorBoundary what="comparison">
          <Drawn source={source} />
        </ErrorBoundary>
      ) : (
        !source.problem && <p class="nbf-soft">{t('Drawing …')}</p>
      )}
    </section>
  );
}

function Drawn({ source }: { source: ChartsSource }) {
  const found = source.data;
  const data = useMemo(() => readComparison(found), [found]);
  const told = source.state.selected ?? [];
  const selected = data.runs.filter(run => told.includes(run.id)).map(run => run.id);
  return (
    <div class="nbf-view nbf-comparison">
      <Charts
        data={data}
        selected={selected}
        source={source}
        onPick={(ids, add) => source.setState({ selected: picked(selected, ids, add) })}
        onBrush={(ids, add) => source.setState({ selected: add ? [...new Set([...selected, ...ids])] : ids })}
      />
    </div>
  );
}
