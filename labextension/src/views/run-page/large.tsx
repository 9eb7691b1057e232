/** One metric, large: what is drawn over with the pointer is shown whole, every point of it. */

import { useEffect, useState } from 'preact/hooks';
import { Lines } from '../chart/lines';
import { type Axis, readSeries, type Series } from '../chart/series';
import { Button } from '../parts/button';
import { count } from '../parts/format';
import { UserText } from '../parts/text';
import type { Source } from '../source';
import type { MetricData, PageState } from './data';

const HEIGHT = 300;

type Range = [number, number];

/** The chart, with its zoom. */
export function Large({ metric, source }: { metric: MetricData; source: Source<unknown, PageState> }) {
  const { axis = 'step', log = false, smooth = 0 } = source.state;
  const { key, series } = metric;
  const [zoom, setZoom] = useState<{ axis: Axis; range: Range } | null>(null);
  const [exact, setExact] = useState<Series | null>(null);
  const range = zoom?.axis === axis ? zoom.range : null; // what is zoomed to on one axis is nothing on the other
  const setRange = (to: Range | null) => setZoom(to && { axis, range: to });
  const reduced = series !== null && series.value.length < series.n;
  const live = source.mode === 'live';
  useEffect(() => {
    setExact(null);
    if (!range || !reduced || !live) return;
    const life = new AbortController();
    source.ask('history', { key, axis, low: range[0], high: range[1] }, life.signal).then(
      found => !life.signal.aborted && setExact(readSeries(found)),
      () => undefined // the reduced points stay
    );
    return () => life.abort();
  }, [range, axis, key, live, reduced]);
  if (!series) return null;
  const shown = exact ?? series;
  return (
    <figure class="nbf-large">
      <figcaption>
        <b>
          <UserText text={key} limit={80} />
        </b>
        <span class="nbf-soft">{pointsText(series, exact, range !== null, live)}</span>
        <span class="nbf-gap" />
        {range && (
          <Button label="Show all of it" onClick={() => setRange(null)}>
            Show all
          </Button>
        )}
        <Button
          label="Close the large chart"
          icon="close"
          look="plain"
          onClick={() => source.setState({ large: null })}
        />
      </figcaption>
      <Lines
        label={key}
        series={shown}
        axis={axis}
        log={log}
        smooth={smooth}
        height={HEIGHT}
        range={range}
        onZoom={setRange}
      />
    </figure>
  );
}

function pointsText(series: Series, exact: Series | null, zoomed: boolean, live: boolean): string {
  if (exact) {
    const all = exact.value.length === exact.n;
    return all
      ? `all ${count(exact.n, 'point')} of this part`
      : `${exact.value.length.toLocaleString('en')} of ${count(exact.n, 'point')} of this part`;
  }
  if (series.value.length >= series.n) return zoomed ? '' : count(series.n, 'point');
  const drawn = `drawn of ${series.value.length.toLocaleString('en')} of ${count(series.n, 'point')}, the lowest and highest kept`;
  return zoomed || !live ? drawn : `${drawn}; drag over a part to see all of its points`;
}
