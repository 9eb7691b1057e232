/** A small line chart of one series: drawn at once, in the colours of the page, without any library. */

import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { duration, number } from '../parts/format';
import { tip } from '../parts/text';
import { scale } from './scale';
import type { Axis, Series } from './series';
import { smoothed } from './smooth';

/** A line that is there to compare with: it is not pointed at. */
export interface OtherLine {
  color: string;
  series: Series;
}

export interface LinesProps {
  label: string;
  series: Series;
  axis: Axis;
  log: boolean;
  /** The weight of the past, 0 to below 1. */
  smooth: number;
  height: number;
  /** The colour of the line; that of the page by default. */
  color?: string | undefined;
  /** What is drawn behind it, on the same axes. */
  others?: readonly OtherLine[];
  /** What part of the axis is shown; all of it by default. */
  range?: readonly [number, number] | null;
  /** Called with the part that was drawn over with the pointer, or null for all. Without it there is no zooming. */
  onZoom?: (range: [number, number] | null) => void;
}

const LEFT = 46;
const RIGHT = 10;
const TOP = 6;
const BOTTOM = 18;
const LEAST_DRAG = 6;
const ROOM = 0.04;

/** Draws the chart, as wide as its place. */
export function Lines(props: LinesProps) {
  const { label, series, axis, log, smooth, height, range, onZoom, color, others = [] } = props;
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(280);
  const [at, setAt] = useState<number | null>(null);
  const [drag, setDrag] = useState<readonly [number, number] | null>(null);
  const clip = useId();
  useEffect(() => {
    const el = box.current;
    if (!el) return;
    const measure = () => setWidth(Math.max(el.clientWidth, 120));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(el);
    return () => observer.disconnect();
  }, []);

  const placesOf = (each: Series) => (axis === 'time' ? each.time : each.step);
  const drawnOf = (each: Series) => (smooth > 0 ? smoothed(each.value, smooth) : each.value);
  const xs = placesOf(series);
  const lines = drawnOf(series);
  const all = [series, ...others.map(other => other.series)];
  const ends = all.flatMap(each => [least(placesOf(each)), greatest(placesOf(each))]);
  const inner = { w: width - LEFT - RIGHT, h: height - TOP - BOTTOM };
  const x = scale(
    range?.[0] ?? least(ends),
    range?.[1] ?? greatest(ends),
    false,
    Math.max(2, Math.floor(inner.w / 70))
  );
  const shown = all.flatMap(each => {
    const places = placesOf(each);
    return each.value.filter((value, i) => value !== null && inRange(places[i], range) && (!log || value > 0));
  }) as number[];
  const [low, high] = padded(least(shown), greatest(shown), log);
  const y = scale(low, high, log, Math.max(2, Math.floor(inner.h / 34)));
  const px = (value: number) => LEFT + (x.place(value) ?? 0) * inner.w;
  const py = (value: number) => {
    const place = y.place(value);
    return place === null ? null : TOP + (1 - place) * inner.h;
  };
  const stroke = color === undefined ? undefined : { stroke: color };
  const point = at === null ? null : { x: xs[at] ?? 0, value: lines[at] ?? null, raw: series.value[at] ?? null };
  const written = (value: number) => (axis === 'time' ? duration(Math.round(value)) : number(value));

  const place = (event: PointerEvent) => {
    const bounds = box.current?.getBoundingClientRect();
    return Math.min(Math.max(event.clientX - (bounds?.left ?? 0), LEFT), LEFT + inner.w);
  };
  const release = (event: PointerEvent) => {
    if (drag && onZoom && Math.abs(drag[1] - drag[0]) >= LEAST_DRAG) {
      const [a, b] = [x.value((drag[0] - LEFT) / inner.w), x.value((drag[1] - LEFT) / inner.w)];
      onZoom(a < b ? [a, b] : [b, a]);
    }
    setDrag(null);
    (event.currentTarget as Element).releasePointerCapture?.(event.pointerId);
  };
  const key = (event: KeyboardEvent) => {
    const span = (range?.[1] ?? greatest(xs)) - (range?.[0] ?? least(xs));
    if (event.key === 'ArrowRight') setAt(i => Math.min((i ?? -1) + 1, xs.length - 1));
    else if (event.key === 'ArrowLeft') setAt(i => Math.max((i ?? xs.length) - 1, 0));
    else if (onZoom && event.key === '+' && span > 0) {
      const middle = point?.x ?? least(xs) + span / 2;
      onZoom([middle - span / 4, middle + span / 4]);
    } else if (onZoom && (event.key === '-' || event.key === 'Escape')) onZoom(null);
    else return;
    event.preventDefault();
  };

  return (
    <div class="nbf-lines" ref={box}>
      <svg
        width={width}
        height={height}
        role="img"
        aria-label={`${tip(label)}: ${series.n} points, from ${worded(series.value[0])} to ${worded(series.value.at(-1))}`}
        tabindex={onZoom ? 0 : undefined} // on SVG, case counts
        class={onZoom ? 'nbf-lines-zoom' : undefined}
        onKeyDown={onZoom && key}
        onDblClick={() => onZoom?.(null)}
        onPointerMove={event => {
          setAt(nearest(xs, x.value((place(event) - LEFT) / inner.w)));
          if (drag) setDrag([drag[0], place(event)]);
        }}
        onPointerLeave={() => setAt(null)}
        onPointerDown={event => {
          if (!onZoom || event.button !== 0) return;
          event.currentTarget.setPointerCapture?.(event.pointerId);
          setDrag([place(event), place(event)]);
        }}
        onPointerUp={release}
        onPointerCancel={() => setDrag(null)}
      >
        <clipPath id={clip}>
          <rect x={LEFT - 1} y={0} width={inner.w + 2} height={height - BOTTOM + 2} />
        </clipPath>
        <g class="nbf-lines-axis">
          {y.ticks.map(tick => (
            <g key={tick} transform={`translate(0 ${py(tick)})`}>
              <line x1={LEFT} x2={LEFT + inner.w} />
              <text x={LEFT - 6} dy="0.32em" text-anchor="end">
                {short(tick)}
              </text>
            </g>
          ))}
          {x.ticks
            .filter((tick, i, all) => i === 0 || written(tick) !== written(all[i - 1] ?? 0))
            .map(tick => (
              <text key={tick} x={px(tick)} y={height - 5} text-anchor={anchor(px(tick), width)}>
                {written(tick)}
              </text>
            ))}
        </g>
        <g clip-path={`url(#${clip})`}>
          {others.map((other, i) => (
            <path
              key={i}
              class="nbf-lines-line nbf-lines-other"
              style={{ stroke: other.color }}
              d={path(placesOf(other.series), drawnOf(other.series), px, py)}
            />
          ))}
          {smooth > 0 && <path class="nbf-lines-raw" style={stroke} d={path(xs, series.value, px, py)} />}
          <path class="nbf-lines-line" style={stroke} d={path(xs, lines, px, py)} />
          {series.value.length <= 30 && dots(xs, lines, px, py)}
          {drag && (
            <rect
              class="nbf-lines-drag"
              x={Math.min(...drag)}
              y={TOP}
              width={Math.abs(drag[1] - drag[0])}
              height={inner.h}
            />
          )}
          {point && point.value !== null && (
            <g class="nbf-lines-at">
              <line x1={px(point.x)} x2={px(point.x)} y1={TOP} y2={TOP + inner.h} />
              <circle cx={px(point.x)} cy={py(point.value) ?? -9} r={3.5} />
            </g>
          )}
        </g>
      </svg>
      <div class="nbf-lines-said" aria-live="off">
        {point && `${axis === 'time' ? written(point.x) : `step ${number(point.x)}`}: ${worded(point.raw)}`}
      </div>
    </div>
  );
}

type Place = (value: number) => number | null;

/** A line through the points; a gap where one is missing, a dot where it stands alone. */
function path(xs: readonly number[], values: readonly (number | null)[], px: Place, py: Place): string {
  const parts: string[] = [];
  let open = false;
  values.forEach((value, i) => {
    const y = value === null ? null : py(value);
    if (y === null) {
      open = false;
      return;
    }
    parts.push(`${open ? 'L' : 'M'}${round(px(xs[i] ?? 0) ?? 0)} ${round(y)}`);
    const next = values[i + 1];
    if (!open && (next === undefined || next === null)) parts.push('h0.01');
    open = true;
  });
  return parts.join('');
}

function dots(xs: readonly number[], values: readonly (number | null)[], px: Place, py: Place) {
  return values.map((value, i) => {
    const y = value === null ? null : py(value);
    return y !== null && <circle key={i} class="nbf-lines-dot" cx={px(xs[i] ?? 0) ?? 0} cy={y} r={2} />;
  });
}

function nearest(xs: readonly number[], value: number): number | null {
  let best: number | null = null;
  let distance = Number.POSITIVE_INFINITY;
  xs.forEach((x, i) => {
    if (Math.abs(x - value) < distance) {
      best = i;
      distance = Math.abs(x - value);
    }
  });
  return best;
}

function inRange(x: number | undefined, range?: readonly [number, number] | null): boolean {
  return x !== undefined && (!range || (x >= range[0] && x <= range[1]));
}

function least(values: readonly number[]): number {
  return values.length ? values.reduce((a, b) => Math.min(a, b)) : 0;
}

function greatest(values: readonly number[]): number {
  return values.length ? values.reduce((a, b) => Math.max(a, b)) : 1;
}

/** Some room, so that the line does not run along the edge. */
function padded(low: number, high: number, log: boolean): [number, number] {
  if (log && low > 0) return [low / (high / low) ** ROOM, high * (high / low) ** ROOM];
  const room = (high - low) * ROOM;
  return Number.isFinite(room) ? [low - room, high + room] : [low, high];
}

function anchor(x: number, width: number): 'start' | 'middle' | 'end' {
  return x > width - 30 ? 'end' : 'middle';
}

function short(value: number): string {
  const size = Math.abs(value);
  return size >= 1e5 || (size && size < 1e-3)
    ? value.toExponential(1).replace('.0e', 'e').replace('e+', 'e')
    : number(value);
}

function worded(value: number | null | undefined): string {
  return value == null ? 'not a finite number' : number(value);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
