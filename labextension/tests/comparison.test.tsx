import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mount } from '../src/views/comparison';
import type { CompareState } from '../src/views/comparison/data';
import { type Chart, SourceError, type Vega } from '../src/views/source';
import { FakeSource, HOSTILE } from './model-card-source';

const RUNS = ['first', 'second', 'third'].map((name, n) => ({
  id: `id-${n}`,
  name,
  label: name,
  letter: 'ABC'[n] ?? '?',
  color: ['#1f7fc4', '#d55e00', '#009e73'][n] ?? '#000000',
  status: n === 2 ? 'FAILED' : 'FINISHED'
}));

function column(kind: string, name: string, values: unknown[], more: object = {}) {
  const type = typeof values[0] === 'string' ? 'text' : 'number';
  return { id: `${kind}s.${name}`, kind, name, type, best: null, values, ...more };
}

function chartOf(kind: string, args: object, more: object = {}) {
  const rows = RUNS.map((run, n) => ({ c0: n, c1: n * 2, c3: run.label }));
  return {
    kind,
    args,
    code: `runs.chart.${kind}("loss")`,
    title: `${kind} of loss`,
    notes: [],
    words: '',
    spec: { layer: [], datasets: { rows } },
    pick: { param: 'nbflow_pick', field: 'c3' },
    brush: null,
    lines: null,
    ...more
  };
}

function data(more: object = {}): object {
  return {
    runs: RUNS,
    all: 3,
    choices: { metrics: ['loss', 'accuracy'], histories: ['loss'], params: ['lr'], numbers: ['lr'] },
    rows: [
      column('param', 'lr', [0.1, 0.2, 0.1]),
      column('param', 'seed', [7, 7, 7]),
      column('param', 'note', ['crop(size=24), flip', 'crop(size=32), flip', 'crop(size=24), flip']),
      column('metric', 'loss', [0.5, 0.25, 'NaN'], { best: 'min' }),
      column('metric', 'rank', [1, 3, 2])
    ],
    charts: [
      chartOf('scatter', { x: 'lr', y: 'loss' }, { brush: { param: 'nbflow_brush', field: 'c3', data: 'rows' } }),
      chartOf('bars', { metric: 'loss' }),
      chartOf('bars', { metric: 'accuracy' })
    ],
    reduced: null,
    ...more
  };
}

/** Draws nothing, but keeps what it was given. */
class FakeVega implements Vega {
  readonly specs: object[] = [];
  readonly signals = new Map<string, ((value: unknown) => void)[]>();
  readonly sets: [string, readonly object[]][] = [];

  async draw(_: HTMLElement, spec: object): Promise<Chart> {
    this.specs.push(spec);
    return {
      onSignal: (name, changed) => this.signals.set(name, [...(this.signals.get(name) ?? []), changed]),
      setData: async (name, rows) => void this.sets.push([name, rows]),
      image: async () => '',
      finalize: () => undefined
    };
  }

  tell(name: string, value: unknown): void {
    for (const changed of this.signals.get(name) ?? []) changed(value);
  }
}

class Source extends FakeSource<unknown, CompareState> {
  readonly drawing = new FakeVega();

  override async vega(): Promise<Vega> {
    return this.drawing;
  }
}

let el: HTMLElement;
let life: AbortController;

beforeEach(() => {
  el = document.body.appendChild(document.createElement('div'));
  life = new AbortController();
});

afterEach(() => {
  life.abort();
  el.remove();
});

async function show(found: unknown, state: CompareState = {}, mode: 'live' | 'saved' = 'saved'): Promise<Source> {
  const source = new Source(found, state, mode);
  await act(async () => mount(el, source, life.signal));
  await act(async () => new Promise(resolve => setTimeout(resolve, 0)));
  return source;
}

function button(name: RegExp): HTMLButtonElement {
  const found = [...el.querySelectorAll('button')].find(each => name.test(each.getAttribute('aria-label') ?? ''));
  if (!found) throw new Error(`no button ${name}`);
  return found;
}

function lineOf(name: string): string[] {
  const row = [...el.querySelectorAll('tbody tr')].find(each =>
    each.querySelector('th')?.textContent?.startsWith(name)
  );
  return [...(row?.querySelectorAll('td') ?? [])].map(cell => cell.textContent ?? '');
}

const names = () => [...el.querySelectorAll('tbody tr:not(.nbf-compare-group) > th')].map(th => th.textContent);

describe('runs that go on', () => {
  const lines = (points: number[], more: object = {}) =>
    chartOf(
      'lines',
      { metric: 'loss' },
      {
        spec: { layer: [], datasets: { rows: [{ c0: [0, 1], c1: points, c3: 'first' }] } },
        lines: { data: 'rows', x: 'c0', y: 'c1', smooth: null, label: 'c3', zoom: null, reduced: false },
        ...more
      }
    );
  const become = async (source: Source, charts: object[]) => {
    await act(async () => source.become({ data: data({ charts }) }));
    await act(async () => new Promise(resolve => setTimeout(resolve, 0)));
  };

  it('bring their points into the chart that is there', async () => {
    const source = await show(data({ charts: [lines([3, 2])] }), { charts: ['lines'] }, 'live');
    expect(source.drawing.specs).toHaveLength(1);

    await become(source, [lines([3, 2, 1])]);

    expect(source.drawing.specs).toHaveLength(1);
    expect(source.drawing.sets).toContainEqual(['rows', [expect.objectContaining({ c1: [3, 2, 1] })]]);
  });

  it('have charts drawn anew that are other ones, and leave the same alone', async () => {
    const bars = (n: number) =>
      chartOf('bars', { metric: 'loss' }, { spec: { layer: [], datasets: { rows: [{ n }] } } });
    const source = await show(data({ charts: [bars(1)] }), { charts: ['bars'] }, 'live');

    await become(source, [bars(1)]);
    expect(source.drawing.specs).toHaveLength(1);

    await become(source, [bars(2)]);
    expect(source.drawing.specs).toHaveLength(2);
  });

  it('have charts asked for again that were asked for', async () => {
    const charts = [chartOf('bars', { metric: 'accuracy' })];
    const source = new Source(data({ charts }), { charts: ['bars'], args: { bars: { metric: 'loss' } } }, 'live');
    source.answer = (_, args) => chartOf('bars', (args as { args: object }).args);
    await act(async () => mount(el, source, life.signal));
    await act(async () => new Promise(resolve => setTimeout(resolve, 0)));
    expect(source.asked.filter(([method]) => method === 'chart')).toHaveLength(1);

    await become(source, charts);

    expect(source.asked.filter(([method]) => method === 'chart')).toHaveLength(2);
  });
});

describe('the table', () => {
  it('shows what differs, and all of it when asked', async () => {
    await show(data());
    expect(names()).toEqual(['lr', 'note', 'loss ↓', 'rank']);
    await act(async () => button(/what is the same/).click());
    expect(names()).toContain('seed');
  });

  it('tells the change against the baseline, and whether it is better, in a word and a mark', async () => {
    await show(data());
    expect(lineOf('loss')).toEqual(['0.50', '★ 0.25▲ −0.25 (−50 %) better', 'nan']);
    expect(lineOf('rank')[1]).toBe('3+2 (+200 %)');
  });

  it('has the baseline that was chosen by a click', async () => {
    const source = await show(data());
    await act(async () => button(/Compare with B, second/).click());
    expect(source.state.baseline).toBe('id-1');
    expect(el.querySelector('thead th')?.textContent).toContain('second');
    expect(lineOf('loss')[1]).toContain('▼ +0.25 (+100 %) worse');
  });

  it('marks what differs within a long value', async () => {
    await show(data());
    const marks = [...el.querySelectorAll('mark')].map(mark => mark.textContent);
    expect(marks).toContain('32');
    expect(marks.join()).not.toContain('flip');
  });

  it('finds rows by name', async () => {
    await show(data(), { search: 'los' });
    expect(names()).toEqual(['loss ↓']);
  });
});

describe('selecting', () => {
  it('selects a run by its head, adds others with Shift, and none by the same click again', async () => {
    const source = await show(data());
    await act(async () => button(/Select run A/).click());
    expect(source.state.selected).toEqual(['id-0']);
    await act(async () => {
      button(/Select run C/).dispatchEvent(new MouseEvent('click', { shiftKey: true, bubbles: true }));
    });
    expect(source.state.selected).toEqual(['id-0', 'id-2']);
    await act(async () => button(/Select none/).click());
    expect(source.state.selected).toEqual([]);
  });

  it('fades the others in all charts', async () => {
    const source = await show(data());
    source.drawing.sets.length = 0;
    await act(async () => source.setState({ selected: ['id-1'] }));
    const rows = source.drawing.sets.filter(([name]) => name === 'nbflow_runs');
    expect(rows.length).toBe(2);
    for (const [, runs] of rows) {
      expect(runs.map(run => (run as { nbflow_faded: boolean }).nbflow_faded)).toEqual([true, false, true]);
    }
  });

  it('takes a click on a mark', async () => {
    const source = await show(data());
    await act(async () => source.drawing.tell('nbflow_pick', { c3: ['third'] }));
    expect(source.state.selected).toBeUndefined(); // nobody clicked: the chart was drawn anew
    const drawn = el.querySelector('.nbf-compare-drawn') as HTMLElement;
    drawn.dispatchEvent(new PointerEvent('pointerdown', { clientX: 0, clientY: 0, bubbles: true }));
    await act(async () => source.drawing.signals.get('nbflow_pick')?.[0]?.({ c3: ['third'] }));
    expect(source.state.selected).toEqual(['id-2']);
  });

  it('takes the runs in an area that was drawn', async () => {
    const source = await show(data());
    const drawn = el.querySelector('.nbf-compare-drawn') as HTMLElement;
    drawn.dispatchEvent(new PointerEvent('pointerdown', { clientX: 0, clientY: 0, bubbles: true }));
    drawn.dispatchEvent(new PointerEvent('pointermove', { clientX: 50, clientY: 50, buttons: 1, bubbles: true }));
    vi.useFakeTimers();
    for (let again = 0; again < 2; again++) {
      // Told twice, it is the same area.
      await act(async () => {
        source.drawing.tell('nbflow_brush', { c0: [0.5, 3], c1: [0, 9] });
        vi.runAllTimers();
      });
    }
    vi.useRealTimers();
    expect(source.state.selected).toEqual(['id-1', 'id-2']);
  });

  it('follows Python', async () => {
    const source = await show(data());
    await act(async () => source.become({ state: { selected: ['id-2', 'gone'] } }));
    expect(button(/Select run C/).getAttribute('aria-pressed')).toBe('true');
    expect(el.textContent).toContain('1 selected');
  });
});

describe('the charts', () => {
  it('can be chosen among those that were saved', async () => {
    const source = await show(data());
    const select = el.querySelectorAll('select');
    const metric = [...select].find(each => [...each.options].some(option => option.text === 'accuracy'));
    expect([...(metric?.options ?? [])].map(option => option.text)).toEqual(['loss', 'accuracy']);
    await act(async () => {
      if (metric) metric.value = '=accuracy';
      metric?.dispatchEvent(new Event('change', { bubbles: true }));
    });
    expect(source.state.args).toEqual({ bars: { metric: 'accuracy' } });
    expect(source.asked).toEqual([]);
  });

  it('are asked for where they are not there', async () => {
    const source = new Source(data({ charts: [] }), { charts: ['bars'] }, 'live');
    source.answer = (_, args) => chartOf('bars', (args as { args: object }).args, { title: 'asked' });
    await act(async () => mount(el, source, life.signal));
    await act(async () => new Promise(resolve => setTimeout(resolve, 0)));
    expect(source.asked).toEqual([['chart', { kind: 'bars', args: { metric: 'loss' } }]]);
    expect(el.textContent).toContain('asked');
  });

  it('say what is wrong in their place', async () => {
    const source = new Source(data({ charts: [] }), { charts: ['bars'] }, 'live');
    source.answer = () => Promise.reject(new SourceError('X', 'The store of these runs cannot be read.'));
    await act(async () => mount(el, source, life.signal));
    await act(async () => new Promise(resolve => setTimeout(resolve, 0)));
    expect(el.textContent).toContain('The store of these runs cannot be read.');
  });

  it('are words where there is nothing to draw', async () => {
    await show(data({ charts: [chartOf('bars', { metric: 'loss' }, { spec: null, words: 'All are NaN.' })] }));
    expect(el.textContent).toContain('All are NaN.');
  });
});

describe('what is no comparison', () => {
  it.each([null, 3, [], {}, { runs: [] }, { runs: RUNS, rows: 'x' }, { runs: [RUNS[0], RUNS[0]], rows: [] }])(
    'is a message: %j',
    async found => {
      await show(found);
      expect(el.textContent).toMatch(/cannot be shown|No runs to compare/);
    }
  );

  it('of one run, or without metrics, is told in words', async () => {
    await show(data({ runs: RUNS.slice(0, 1), rows: [column('param', 'lr', [1])], charts: [], choices: {} }));
    expect(el.textContent).toContain('give two or more');
    expect(el.textContent).toContain('There are no metrics');
  });

  it('has texts that stay texts', async () => {
    const runs = RUNS.map(run => ({ ...run, name: HOSTILE, status: HOSTILE, letter: HOSTILE, color: 'url(//x)' }));
    const rows = [column('param', HOSTILE, [HOSTILE, 'a', 'b'])];
    await show(
      data({ runs, rows, charts: [chartOf('bars', { metric: HOSTILE }, { title: HOSTILE, notes: [HOSTILE] })] })
    );
    expect(el.querySelector('img, script, a')).toBeNull();
    expect(el.innerHTML).not.toContain('url(');
    expect(el.textContent).toContain('\\u202e');
  });
});
