/** A Vega-Lite chart; where there is nothing to draw it with, its static picture. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../parts/button';
import { Message } from '../parts/message';
import { tip } from '../parts/text';
import type { Chart, Source } from '../source';
import { Picture } from './picture';
import { saveChart } from './save';

export interface VegaChartProps {
  /** What it shows, for who cannot see it; its picture's file name. */
  label: string;
  source: Pick<Source<unknown, object>, 'vega'>;
  /** Drawn as wide as its place where it says no width. The same object is the same chart: keep it. */
  spec: object;
  /** Rows of the spec's named data sets; a change of them alone does not draw the chart anew. */
  data?: Readonly<Record<string, readonly object[]>>;
  /** The static picture, as SVG text in Base64. */
  svg?: string;
  /** Called with what was selected, by the name of the spec's param: brushing. */
  onSignal?: Readonly<Record<string, (value: unknown) => void>>;
  /** The param that is bound to the scales, and whom to tell of a new part of its field: to fetch exact points. */
  zoom?: { param: string; field: string; changed: (range: [number, number] | null) => void };
  /** Whether buttons save its picture. */
  actions?: boolean;
}

type Drawn = 'loading' | 'vega' | 'static' | { error: string };

const SETTLED_MS = 250;

/** Draws a spec; the colours and the width of the page are followed by what draws it. */
export function VegaChart(props: VegaChartProps) {
  const { label, source, spec, data, svg, actions = true } = props;
  const place = useRef<HTMLDivElement>(null);
  const newest = useRef(props);
  newest.current = props;
  const [drawn, setDrawn] = useState<Drawn>('loading');
  const [chart, setChart] = useState<Chart | null>(null);

  useEffect(() => {
    const life = new AbortController();
    draw(place.current, newest, life.signal).then(
      made => {
        if (life.signal.aborted) return;
        release(place.current);
        setChart(made);
        setDrawn(made ? 'vega' : 'static');
      },
      (error: unknown) => {
        if (life.signal.aborted) return;
        release(place.current);
        setDrawn({ error: error instanceof Error ? error.message : String(error) });
      }
    );
    return () => {
      hold(place.current);
      life.abort();
      setChart(null);
      setDrawn('loading');
    };
  }, [spec, source]);

  useEffect(() => {
    for (const [name, rows] of Object.entries(data ?? {})) void chart?.setData(name, rows).catch(() => undefined);
  }, [data, chart]);

  const failed = typeof drawn === 'object' ? drawn.error : null;
  return (
    <figure class="nbf-vega-chart" aria-label={tip(label)}>
      <div ref={place} class="nbf-vega-chart-place" hidden={drawn === 'static' || failed !== null} />
      {drawn === 'loading' && <div class="nbf-soft">Drawing …</div>}
      {drawn !== 'vega' && drawn !== 'loading' && svg && <Picture mime="image/svg+xml" base64={svg} label={label} />}
      {drawn === 'static' && !svg && <Message title="There is nothing here to draw this chart with." />}
      {failed !== null && (
        <Message kind="error" title="This chart cannot be drawn.">
          {failed}
        </Message>
      )}
      {actions && chart && (
        <div class="nbf-vega-chart-actions">
          {(['svg', 'png'] as const).map(type => (
            <Button
              key={type}
              label={`Save as ${type.toUpperCase()}`}
              look="plain"
              onClick={() => void saveChart(chart, type, label)}
            >
              {type.toUpperCase()}
            </Button>
          ))}
        </div>
      )}
    </figure>
  );
}

async function draw(
  el: HTMLElement | null,
  props: { current: VegaChartProps },
  signal: AbortSignal
): Promise<Chart | null> {
  const { source, spec, data } = props.current;
  const vega = await source.vega();
  if (!vega || !el || signal.aborted) return null;
  const chart = await vega.draw(el, placed(spec, data), signal);
  const tell = (name: string) => (value: unknown) => {
    if (!signal.aborted) props.current.onSignal?.[name]?.(value);
  };
  for (const name of Object.keys(props.current.onSignal ?? {})) chart.onSignal(name, tell(name));
  const { zoom } = props.current;
  if (zoom) {
    let timer: ReturnType<typeof setTimeout> | undefined;
    chart.onSignal(zoom.param, value => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (!signal.aborted) props.current.zoom?.changed(rangeOf(value, zoom.field));
      }, SETTLED_MS);
    });
    signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }
  return chart;
}

/** Keeps the room of a chart until the one that comes into its place is drawn: the page does not jump. */
function hold(el: HTMLElement | null): void {
  if (el?.offsetHeight) el.style.minHeight = `${el.offsetHeight}px`;
}

function release(el: HTMLElement | null): void {
  el?.style.removeProperty('min-height');
}

/** The part of an axis that a selection bound to scales covers. */
export function rangeOf(value: unknown, field: string): [number, number] | null {
  const pair = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined;
  if (!Array.isArray(pair) || pair.length < 2) return null;
  const [a, b] = [Number(pair[0]), Number(pair.at(-1))];
  return Number.isFinite(a) && Number.isFinite(b) ? [Math.min(a, b), Math.max(a, b)] : null;
}

/** The spec with its rows, and as wide as its place if it may be. */
function placed(spec: object, data: VegaChartProps['data']): object {
  const single = 'mark' in spec || 'layer' in spec;
  const encoding = (spec as { encoding?: object }).encoding ?? {};
  const faceted = 'facet' in encoding || 'row' in encoding || 'column' in encoding;
  const width = single && !faceted && !('width' in spec) ? { width: 'container' } : {};
  if (!data) return { ...spec, ...width };
  return { ...spec, ...width, datasets: { ...(spec as { datasets?: object }).datasets, ...data } };
}
