/**
 * Draws Vega-Lite charts: heavy, so it is only ever loaded by `import()`, as somebody's `Vega`.
 *
 * Written over Vega itself, not over vega-embed, which lets a spec overrule the host (`usermeta.embedOptions`) and shows
 * pictures from anywhere in tooltips. A spec is somebody's text: it is interpreted (no eval), loads nothing, and its links
 * go to the web only.
 */
import { type Mark, parse, type Signal, type SignalListenerHandler, type Spec, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { type Config, compile, type TopLevelSpec } from 'vega-lite';
import type { Chart, Vega } from './source';
import { EVENTS, logger, noNetwork } from './vega-limits';
import { theme, watchTheme } from './vega-theme';
import { Tooltip } from './vega-tooltip';

/** More marks than this are drawn on a canvas: quicker, though not crisp when printed, and nothing for screen readers. */
const MOST_SVG_ROWS = 2000;
/** As wide is drawn what is out of sight at first. */
const UNSEEN_WIDTH = 400;

export const vega: Vega = {
  async draw(el, spec, signal) {
    const drawing = new Drawing(el, spec);
    signal.addEventListener('abort', () => drawing.finalize(), { once: true });
    await drawing.start();
    if (signal.aborted) drawing.finalize();
    return drawing;
  }
};

class Drawing implements Chart {
  private view: View | null = null;
  private readonly problems: string[] = [];
  private readonly signals: { name: string; handler: SignalListenerHandler }[] = [];
  private readonly rows = new Map<string, readonly object[]>();
  private readonly tooltip = new Tooltip();
  private stops: (() => void)[] = [];
  private ended = false;
  private width = UNSEEN_WIDTH;

  constructor(
    private readonly el: HTMLElement,
    private readonly spec: object
  ) {}

  async start(): Promise<void> {
    try {
      await this.redraw();
    } catch (error) {
      this.finalize();
      throw error;
    }
    if (this.ended) return; // else it would watch for ever
    this.stops.push(watchTheme(() => this.redraw().catch(() => undefined)));
    if ((this.spec as { width?: unknown }).width === 'container') this.followWidth();
  }

  onSignal(name: string, changed: (value: unknown) => void): void {
    const listener = { name, handler: (_: string, value: unknown): void => changed(value) };
    this.signals.push(listener);
    this.view?.addSignalListener(name, listener.handler);
  }

  async setData(name: string, rows: readonly object[]): Promise<void> {
    this.rows.set(name, rows);
    // Vega marks its rows; a copy keeps the marks off the caller's.
    await this.view
      ?.data(
        name,
        rows.map(row => ({ ...row }))
      )
      .runAsync();
  }

  async image(type: 'svg' | 'png'): Promise<string> {
    if (!this.view) throw new Error('the chart is gone');
    return type === 'svg' ? this.view.toSVG() : this.view.toImageURL('png', 2);
  }

  finalize(): void {
    if (this.ended) return; // somebody else may draw in its place by now
    this.ended = true;
    for (const stop of this.stops) stop();
    this.stops = [];
    this.tooltip.remove();
    this.view?.finalize();
    this.view = null;
    this.el.replaceChildren();
  }

  /** Draws anew, in the colours of the page as they are now. */
  private async redraw(): Promise<void> {
    if (this.ended) return;
    this.view?.finalize();
    this.problems.length = 0;
    const log = logger(this.problems);
    const vegaSpec = compile(this.spec as TopLevelSpec, {
      config: theme(this.el, this.spec) as Config,
      logger: log
    }).spec;
    this.width = this.el.clientWidth || this.width;
    const limited = {
      ...vegaSpec,
      marks: vegaSpec.marks?.map(unspokenBrush),
      signals: vegaSpec.signals?.map(signal => withWidth(signal as Signal, this.width)),
      usermeta: {},
      config: { ...vegaSpec.config, events: EVENTS }
    } as Spec;
    const view = new View(parse(limited, undefined, { ast: true }), {
      container: this.el,
      expr: expressionInterpreter,
      hover: true,
      loader: noNetwork(this.problems),
      logger: log,
      renderer: countRows(this.spec) > MOST_SVG_ROWS ? 'canvas' : 'svg',
      tooltip: this.tooltip.show
    });
    this.view = view;
    for (const { name, handler } of this.signals) view.addSignalListener(name, handler);
    for (const [name, rows] of this.rows)
      view.data(
        name,
        rows.map(row => ({ ...row }))
      );
    await view.runAsync();
    const problem = this.problems[0];
    if (problem) throw new Error(problem);
  }

  /** Draws as wide as the place is, where that is another width than before; out of sight it has none. */
  private followWidth(): void {
    const observer = new ResizeObserver(() => {
      const { clientWidth } = this.el;
      // Not compared with the view's own width: fitted, that leaves out the axes.
      if (!this.view || clientWidth === 0 || clientWidth === this.width) return;
      this.width = clientWidth;
      // By way of 0: if its own width happened to be the new one, the view would see no change.
      void this.view.signal('width', 0).signal('width', clientWidth).resize().runAsync();
    });
    observer.observe(this.el);
    this.stops.push(() => observer.disconnect());
  }
}

/** What is drawn of a brush says nothing to who hears the chart. */
function unspokenBrush(mark: Mark): Mark {
  const marks = 'marks' in mark && mark.marks ? { marks: mark.marks.map(unspokenBrush) } : {};
  return { ...mark, ...marks, ...(/_brush(_bg)?$/.test(mark.name ?? '') && { aria: false }) };
}

/**
 * Gives the signal of a width `container` the width that is known.
 *
 * Vega would measure the place itself, as it draws and as the window is resized: 0 where the place is out of sight, and
 * for a moment while a page changes its theme. No observer tells when it is as wide again as it was before.
 */
function withWidth(signal: Signal, width: number): Signal {
  const measures = signal.name === 'width' && 'init' in signal && String(signal.init).includes('containerSize()');
  return measures ? { name: 'width', value: width } : signal;
}

/** Counts the rows that stand in a spec; of a line that is one row of lists, its points. */
function countRows(spec: object): number {
  const { data, datasets = {} } = spec as { data?: { values?: unknown }; datasets?: Record<string, unknown> };
  const rows = [data?.values, ...Object.values(datasets)].flatMap(each => (Array.isArray(each) ? [each] : [])).flat(1);
  return rows.reduce<number>((sum, row) => sum + pointsOf(row), 0);
}

function pointsOf(row: unknown): number {
  const values = typeof row === 'object' && row !== null ? Object.values(row) : [];
  return values.reduce<number>((most, value) => (Array.isArray(value) ? Math.max(most, value.length) : most), 1);
}
