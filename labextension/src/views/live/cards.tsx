/** A card for each metric: its latest value, its best, and its course. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { Lines, type OtherLine } from '../chart/lines';
import { readSeries, type Series } from '../chart/series';
import { Button } from '../parts/button';
import { TextField } from '../parts/field';
import { count, exact, MISSING, number } from '../parts/format';
import { tip, UserText } from '../parts/text';
import { Large } from '../run-page/large';
import { Arrange } from '../run-page/metrics';
import { useFirst } from '../run-page/sections';
import type { Source } from '../source';
import type { LiveMetric, LiveState } from './data';

const FIRST = 12;
const MANY = 6; // from here on a search pays
const HEIGHT = 120;
const DIGITS = 4;
const POINTS = 500;
const AGAIN_MS = 2_000;

/** A metric, and the same one of other runs. */
export interface Course {
  readonly metric: LiveMetric;
  readonly color: string | undefined;
  readonly others: readonly OtherLine[];
  /** The best value of all of them. */
  readonly best: number | null;
}

/** The cards, those that are searched for. */
export function Cards({ courses, source }: { courses: readonly Course[]; source: Source<unknown, LiveState> }) {
  const { state } = source;
  const [search, setSearch] = useState(state.search ?? '');
  const words = search.trim().toLowerCase().split(/\s+/);
  const found = courses.filter(({ metric: { key } }) => words.every(word => key.toLowerCase().includes(word)));
  const [cards, more] = useFirst(found, FIRST);
  if (!courses.length) return null;
  const large = found.find(({ metric: { key, series } }) => series !== null && key === state.large)?.metric;
  return (
    <section class="nbf-section" aria-label="Metrics">
      <div class="nbf-live-tools">
        {found.some(({ metric }) => metric.series) && <Arrange source={source} />}
        {courses.length > MANY && (
          <TextField
            label="Search the metrics"
            type="search"
            icon="search"
            value={search}
            onInput={text => {
              setSearch(text);
              source.setState({ search: text });
            }}
            placeholder={`Search ${count(courses.length, 'metric')}`}
          />
        )}
      </div>
      {!found.length && <p class="nbf-soft">None of {count(courses.length, 'metric')} has that in its name.</p>}
      {large && <Large key={large.key} metric={large} source={source} />}
      <div class="nbf-charts">
        {cards.map(
          course => course.metric !== large && <Card key={course.metric.key} course={course} source={source} />
        )}
      </div>
      {more}
    </section>
  );
}

function Card({ course, source }: { course: Course; source: Source<unknown, LiveState> }) {
  const { axis = 'step', log = false, smooth = 0 } = source.state;
  const { metric, color, others, best } = course;
  const { key, value, n } = metric;
  const series = useSeries(metric, source);
  return (
    <figure class="nbf-small nbf-live-card">
      <figcaption>
        <span class="nbf-small-name">
          <UserText text={key} limit={40} />
        </span>
        {color !== undefined && <span class="nbf-live-swatch" style={{ background: color }} aria-hidden="true" />}
        <b
          class="nbf-live-value"
          title={
            value === null ? undefined : `${exact(value)}${color === undefined ? '' : `, of ${tip(metric.run.name)}`}`
          }
        >
          {value === null ? MISSING : short(value)}
        </b>
        {best !== null && ((n ?? 0) > 1 || others.length > 0) && (
          <span class="nbf-soft nbf-live-best" title={exact(best)}>
            best {short(best)}
          </span>
        )}
        {series && (
          <Button
            label={`Show ${tip(key)} large`}
            icon="expand"
            look="plain"
            onClick={() => source.setState({ large: key })}
          />
        )}
      </figcaption>
      {series && (
        <Lines
          label={key}
          series={series}
          axis={axis}
          log={log}
          smooth={smooth}
          height={HEIGHT}
          color={color}
          others={others}
        />
      )}
    </figure>
  );
}

/** The course of a metric; of those that came without, asked for when it is shown, and now and then again. */
function useSeries({ key, n, series }: LiveMetric, source: Source<unknown, LiveState>): Series | null {
  const [found, setFound] = useState<Series | null>(null);
  const asked = useRef(Number.NEGATIVE_INFINITY);
  const life = useRef<AbortController | null>(null);
  const wanted = series === null && (n ?? 0) > 1 && source.mode === 'live';
  useEffect(() => {
    life.current = new AbortController();
    return () => life.current?.abort();
  }, [wanted, key]);
  useEffect(() => {
    const signal = life.current?.signal;
    if (!wanted || !signal) return;
    const ask = () => {
      asked.current = Date.now();
      source.ask('history', { key, points: POINTS }, signal).then(
        answer => !signal.aborted && setFound(readSeries(answer)),
        () => undefined // its value is there
      );
    };
    const timer = setTimeout(ask, Math.max(0, asked.current + AGAIN_MS - Date.now()));
    return () => clearTimeout(timer);
  }, [wanted, key, n]);
  return series ?? found;
}

/** A number that moves: its first digits; the others are in the tool tip. */
function short(value: number): string {
  return number(Number.isInteger(value) || !Number.isFinite(value) ? value : Number(value.toPrecision(DIGITS)));
}
