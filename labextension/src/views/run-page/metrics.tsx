/** The metrics of a run: what each came to, and its course. */

import { useEffect, useState } from 'preact/hooks';
import { Lines } from '../chart/lines';
import { Log, Smooth } from '../chart/scale-tools';
import { readSeries, type Series } from '../chart/series';
import { Button } from '../parts/button';
import { TextField } from '../parts/field';
import { count, exact, MISSING, number } from '../parts/format';
import { tip, UserText } from '../parts/text';
import type { Source } from '../source';
import type { MetricData, PageState } from './data';
import { Large } from './large';
import { Section, useFirst } from './sections';

const FIRST_ROWS = 20;
const FIRST_CHARTS = 12;
const MANY = 6; // from here on a search pays
const CHART_HEIGHT = 120;
const POINTS = 500;
const NOTHING: Series = { n: 0, step: [], time: [], value: [] };

export interface MetricsProps {
  title?: string;
  metrics: readonly MetricData[];
  source: Source<unknown, PageState>;
}

/** A table of the metrics, and below it a chart of each that has a history. */
export function Metrics({ title, metrics, source }: MetricsProps) {
  const { state } = source;
  const [search, setSearch] = useState(state.search ?? '');
  const wanted = search.trim().toLowerCase();
  const found = wanted
    ? metrics.filter(metric => wanted.split(/\s+/).every(word => metric.key.toLowerCase().includes(word)))
    : metrics;
  const [rows, moreRows] = useFirst(found, FIRST_ROWS);
  // A history that nobody had the time to read is asked for when its chart is seen.
  const live = source.mode === 'live';
  const having = found.filter(metric => metric.series !== null || (live && metric.n === null));
  const [charts, moreCharts] = useFirst(having, FIRST_CHARTS);
  if (!metrics.length) return null;
  const keep = (text: string) => {
    setSearch(text);
    source.setState({ search: text });
  };
  const large = having.find(metric => metric.key === state.large && metric.series !== null);
  const field = metrics.length > MANY && (
    <TextField
      label="Search the metrics"
      type="search"
      icon="search"
      value={search}
      onInput={keep}
      placeholder="Search"
    />
  );
  return (
    <Section title={title} tools={field}>
      <MetricTable metrics={rows} />
      {moreRows}
      {wanted && !found.length && (
        <p class="nbf-soft">None of {count(metrics.length, 'metric')} has that in its name.</p>
      )}
      {having.length > 0 && <Arrange source={source} />}
      {large && <Large key={large.key} metric={large} source={source} />}
      <div class="nbf-charts">
        {charts.map(metric => metric !== large && <Small key={metric.key} metric={metric} source={source} />)}
      </div>
      {moreCharts}
    </Section>
  );
}

function MetricTable({ metrics }: { metrics: readonly MetricData[] }) {
  const courses = metrics.some(metric => (metric.n ?? 0) > 1);
  return (
    <div class="nbf-scroll">
      <table class="nbf-grid">
        <thead>
          <tr>
            <th scope="col">metric</th>
            {(courses ? ['last', 'min', 'max', 'step', 'points'] : ['value', 'step']).map(name => (
              <th key={name} scope="col" class="nbf-number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {metrics.map(({ key, value, step, min, max, n }) => (
            <tr key={key}>
              <th scope="row">
                <UserText text={key} limit={60} />
              </th>
              <Value value={value} />
              {courses && <Value value={min} />}
              {courses && <Value value={max} />}
              <Value value={step} />
              {courses && <Value value={n} />}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Value({ value }: { value: number | null }) {
  return (
    <td class="nbf-number" title={value === null ? undefined : exact(value)}>
      {value === null ? MISSING : number(value)}
    </td>
  );
}

/** How the charts are drawn: over steps or time, on which scale, how smooth. */
export function Arrange({ source }: { source: Source<unknown, PageState> }) {
  const { axis = 'step', log = false, smooth = 0 } = source.state;
  return (
    <div class="nbf-arrange" role="toolbar" aria-label="How the charts are drawn">
      <Button label="Over steps" pressed={axis === 'step'} onClick={() => source.setState({ axis: 'step' })}>
        Steps
      </Button>
      <Button
        label="Over the time since the start"
        pressed={axis === 'time'}
        onClick={() => source.setState({ axis: 'time' })}
      >
        Time
      </Button>
      <Log log={log} arrange={patch => source.setState(patch)} />
      <Smooth smooth={smooth} arrange={patch => source.setState(patch)} />
    </div>
  );
}

function Small({ metric, source }: { metric: MetricData; source: Source<unknown, PageState> }) {
  const { axis = 'step', log = false, smooth = 0 } = source.state;
  const { key, value } = metric;
  const [asked, setAsked] = useState<Series | null>(null);
  const isUnread = metric.series === null && metric.n === null && source.mode === 'live';
  useEffect(() => {
    if (!isUnread) return;
    const life = new AbortController();
    source.ask('history', { key, points: POINTS }, life.signal).then(
      found => !life.signal.aborted && setAsked(readSeries(found) ?? NOTHING),
      () => !life.signal.aborted && setAsked(NOTHING)
    );
    return () => life.abort();
  }, [key, isUnread]);
  const series = metric.series ?? asked;
  if (series?.value.length === 0) return null;
  return (
    <figure class="nbf-small">
      <figcaption>
        <span class="nbf-small-name">
          <UserText text={key} limit={40} />
        </span>
        <span class="nbf-soft">{value === null ? MISSING : number(value)}</span>
        {metric.series && (
          <Button
            label={`Show ${tip(key)} large`}
            icon="expand"
            look="plain"
            onClick={() => source.setState({ large: key })}
          />
        )}
      </figcaption>
      {series ? (
        <Lines label={key} series={series} axis={axis} log={log} smooth={smooth} height={CHART_HEIGHT} />
      ) : (
        <div class="nbf-soft">Reading …</div>
      )}
    </figure>
  );
}
