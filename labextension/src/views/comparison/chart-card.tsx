/** One chart: what it is made of, the code that makes it, and the chart itself, in which runs are selected. */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Log, Smooth } from '../chart/scale-tools';
import { VegaChart } from '../chart/vega-chart';
import { Button } from '../parts/button';
import { CopyButton } from '../parts/copy';
import { cut, UserText, visible } from '../parts/text';
import type { Source } from '../source';
import { type ChartArgs, type ChartData, type CompareState, keyOf, type RunHead } from './data';
import { type Exact, lineCode, lineRows, lineSpec, readExact } from './lines';
import { changed, NAMES, type Option, savedValues } from './options';
import { idsOfBrush, idsOfPick } from './selection';

const DRAGGED = 4; // pixels: less is a click
const BRUSH_MS = 120;

export interface CardProps {
  kind: string;
  args: ChartArgs;
  options: readonly Option[];
  charts: ReadonlyMap<string, ChartData>;
  /** What went wrong with a chart that was asked for, by its key. */
  failed: ReadonlyMap<string, string>;
  runs: readonly RunHead[];
  selected: readonly string[];
  source: Source<unknown, CompareState>;
  onArgs: (args: ChartArgs) => void;
  /** Called with the runs that were clicked: a second click on the same is one less. */
  onPick: (ids: readonly string[], add: boolean) => void;
  /** Called with the runs in an area, while it is drawn. */
  onBrush: (ids: readonly string[], add: boolean) => void;
  onClose: () => void;
}

/** The card. */
export function ChartCard(props: CardProps) {
  const { kind, args, charts, failed, source } = props;
  const live = source.mode === 'live';
  const key = keyOf(kind, args);
  const found = charts.get(key);
  // Until the one that was asked for is there, the last one stays.
  const last = useRef<ChartData | null>(null);
  if (found) last.current = found;
  const chart = found ?? last.current;
  const problem = failed.get(key);
  return (
    <figure class="nbf-compare-card" aria-label={chart?.title || NAMES[kind]}>
      <figcaption>
        <b>
          <UserText text={chart?.title || (NAMES[kind] ?? kind)} limit={60} />
        </b>
        <span class="nbf-gap" />
        {chart && !problem && <CopyCode chart={chart} state={source.state} />}
        <Button label={`Hide this chart: ${NAMES[kind]}`} icon="close" look="plain" onClick={props.onClose} />
      </figcaption>
      <div class="nbf-compare-tools" role="toolbar" aria-label={`What ${NAMES[kind]} shows`}>
        {props.options.map(option => (
          <Choice key={option.name} option={option} live={live} {...props} />
        ))}
        {kind === 'lines' && <LineTools source={source} band={args.band !== undefined} />}
      </div>
      {problem !== undefined ? (
        <p class="nbf-compare-words" role="status">
          {problem}
        </p>
      ) : !chart ? (
        <p class="nbf-compare-words" role="status">
          {live
            ? 'Drawing …'
            : 'This chart is not in the notebook. With a running kernel it is drawn: run the cell again.'}
        </p>
      ) : chart.spec === null ? (
        <p class="nbf-compare-words">
          <UserText text={chart.words} />
        </p>
      ) : (
        <Drawn {...props} chart={chart} waits={!found} />
      )}
      {chart?.notes.map(note => (
        <p key={note} class="nbf-compare-note">
          <UserText text={note} />
        </p>
      ))}
    </figure>
  );
}

function CopyCode({ chart, state }: { chart: ChartData; state: Readonly<CompareState> }) {
  const smooth = chart.lines?.smooth === null ? 0 : (state.smooth ?? 0);
  const code = chart.lines ? lineCode(chart.code, smooth, state.log ?? false) : chart.code;
  return (
    <CopyButton text={code} label={`Copy the code: ${cut(visible(code), 120)}`}>
      Code
    </CopyButton>
  );
}

function Choice({ option, live, kind, args, charts, onArgs }: CardProps & { option: Option; live: boolean }) {
  const { name, label, none } = option;
  const value = typeof args[name] === 'string' ? args[name] : null;
  const all: (string | null)[] = none === undefined ? [...option.values] : [null, ...option.values];
  const there = live ? all : savedValues(charts, kind, args, option);
  const values = there.includes(value) ? there : [value, ...there];
  if (values.length < 2 && none !== undefined) return null;
  return (
    <label class="nbf-compare-choice">
      <span>{label}</span>
      <select
        aria-label={label}
        value={value === null ? '' : `=${value}`}
        disabled={values.length < 2}
        title={live || values.length > 1 ? undefined : 'Others need a running kernel'}
        onChange={event => {
          const text = event.currentTarget.value;
          onArgs(changed(args, name, text === '' ? null : text.slice(1)));
        }}
      >
        {values.map(each => (
          <option key={each} value={each === null ? '' : `=${each}`}>
            {each === null ? (none ?? '–') : cut(visible(each), 40)}
          </option>
        ))}
      </select>
    </label>
  );
}

function LineTools({ source, band }: { source: Source<unknown, CompareState>; band: boolean }) {
  const { log = false, smooth = 0 } = source.state;
  return (
    <>
      <Log log={log} arrange={patch => source.setState(patch)} />
      {!band && <Smooth smooth={smooth} arrange={patch => source.setState(patch)} />}
    </>
  );
}

interface DrawnProps extends CardProps {
  chart: ChartData;
  /** Whether another one was asked for. */
  waits: boolean;
}

function Drawn({ chart, waits, runs, selected, source, onPick, onBrush }: DrawnProps) {
  const { lines, pick, brush } = chart;
  const { log = false, smooth = 0 } = source.state;
  const [exact, setExact] = useState<Exact | null>(null);
  const drag = useRef({ x: 0, y: 0, down: false, moved: false, add: false });
  const brushing = useRef<ReturnType<typeof setTimeout>>(undefined);
  const asking = useRef<AbortController | null>(null);
  useEffect(() => setExact(null), [chart]);
  useEffect(
    () => () => {
      clearTimeout(brushing.current);
      asking.current?.abort();
    },
    []
  );
  const made = useMemo(() => (lines ? lineSpec(chart, lines, log) : (chart.spec ?? {})), [chart, log]);
  const spec = useFrame(made, lines?.data ?? null);
  const rows = useMemo(
    () => (lines ? { [lines.data]: lineRows(chart, lines, smooth, exact) } : {}),
    [chart, smooth, exact]
  );
  const marks = useMemo(() => marksOf(runs, selected), [runs, selected]);
  const data = useMemo(() => ({ ...rows, nbflow_runs: marks }), [rows, marks]);

  const signals: Record<string, (value: unknown) => void> = {};
  if (pick) {
    signals[pick.param] = value => {
      // Drawn anew, in other colours, Vega tells it too: nobody clicked then.
      if (!drag.current.down || drag.current.moved) return;
      drag.current.down = false;
      onPick(idsOfPick(value, pick.field, runs), drag.current.add);
    };
  }
  if (brush) {
    signals[brush.param] = value => {
      clearTimeout(brushing.current);
      if (!drag.current.moved) return;
      brushing.current = setTimeout(() => {
        const ids = idsOfBrush(value, chart, runs);
        if (ids) onBrush(ids, drag.current.add);
      }, BRUSH_MS);
    };
  }
  const zoomed = async (range: [number, number] | null) => {
    asking.current?.abort();
    if (!range || !lines?.reduced || source.mode !== 'live') return setExact(null);
    const life = new AbortController();
    asking.current = life;
    const args = { ...chart.args, smooth };
    try {
      const found = await source.ask('points', { args, low: range[0], high: range[1] }, life.signal);
      if (!life.signal.aborted) setExact(readExact(found));
    } catch {
      // The reduced points stay.
    }
  };
  return (
    <div
      class={waits ? 'nbf-compare-drawn nbf-compare-waits' : 'nbf-compare-drawn'}
      onPointerDownCapture={event => {
        const add = event.shiftKey || event.ctrlKey || event.metaKey;
        drag.current = { x: event.clientX, y: event.clientY, down: true, moved: false, add };
      }}
      onPointerMoveCapture={event => {
        const { x, y } = drag.current;
        if (event.buttons && Math.hypot(event.clientX - x, event.clientY - y) > DRAGGED) drag.current.moved = true;
      }}
    >
      <VegaChart
        label={visible(chart.title)}
        source={source}
        spec={spec}
        data={data}
        onSignal={signals}
        zoom={lines?.zoom ? { param: lines.zoom, field: lines.x, changed: zoomed } : undefined}
      />
      {exact && (
        <p class="nbf-compare-note" role="status">
          {exact.shown < exact.n
            ? `${exact.shown.toLocaleString('en')} of ${exact.n.toLocaleString('en')} points of this part`
            : `all ${exact.n.toLocaleString('en')} points of this part`}
        </p>
      )}
    </div>
  );
}

/** The spec of before, where only rows of one data set are others: new points come into the chart that is there. */
function useFrame(spec: object, data: string | null): object {
  const kept = useRef<{ spec: object; text: string }>({ spec, text: '' });
  return useMemo(() => {
    if (data === null) return spec;
    const { [data]: _, ...others } = (spec as { datasets?: Record<string, unknown> }).datasets ?? {};
    const text = JSON.stringify({ ...spec, datasets: others });
    if (text !== kept.current.text) kept.current = { spec, text };
    return kept.current.spec;
  }, [spec, data]);
}

/** How each run looks in all charts: its colour, its letter, and whether others are selected. */
function marksOf(runs: readonly RunHead[], selected: readonly string[]): object[] {
  const some = runs.some(run => selected.includes(run.id));
  return runs.map(run => ({
    label: run.label,
    nbflow_color: run.color,
    nbflow_letter: run.letter,
    nbflow_faded: some && !selected.includes(run.id)
  }));
}
