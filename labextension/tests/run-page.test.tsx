import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mount, patch } from '../src/views/run-page';
import type { PageState } from '../src/views/run-page/data';
import { SourceError } from '../src/views/source';
import { FakeSource, HOSTILE } from './model-card-source';

const RUN_ID = '019ac386cd613e30d8f16adf91b7584a';

function series(n: number, all = n) {
  const steps = Array.from({ length: n }, (_, i) => i);
  return { n: all, step: steps, time: steps.map(i => i * 1000), value: steps.map(i => 1 / (i + 1)) };
}

function metric(key: string, more: object = {}) {
  return { key, system: false, value: 0.25, step: 3, n: 4, min: 0.25, max: 1, series: series(4), ...more };
}

function pageOf(more: object = {}): Record<string, unknown> {
  return {
    run: {
      run_id: RUN_ID,
      name: 'keen-fox',
      status: 'FINISHED',
      start_time: 1_763_900_000_000,
      end_time: 1_763_900_192_000,
      experiment: 'Default',
      deleted: false,
      seen_at: 1_763_900_200_000
    },
    description: 'Baseline.\nSee issue 12.',
    facts: [['id', RUN_ID, true]],
    source: {
      name: 'train.ipynb',
      type: 'NOTEBOOK',
      commit: '9f2c1e7ab34d5566778899aabbccddeeff001122',
      branch: 'main',
      repo: 'git@github.com:acme/vision.git',
      dirty: true
    },
    params: [['lr', '0.1']],
    metrics: [metric('loss')],
    tags: [['team', 'vision']],
    system_tags: [['mlflow.user', 'ada']],
    inputs: [['iris', 'training', '150 rows', 'abc', 'iris.csv']],
    models: [
      { path: 'model', flavors: 'sklearn', size: 900, registered: 'iris 3', code: 'model = load("runs:/x/model")' }
    ],
    artifacts: {
      folders: {
        '': [
          { path: 'plots', is_dir: true, size: null },
          { path: 'notes.txt', is_dir: false, size: 5 }
        ]
      },
      why: null
    },
    previews: { 'notes.txt': { kind: 'text', text: 'hello', language: 'text', cut: null, size: 5 } },
    error: null,
    code: `run = nbflow.get_run("${RUN_ID}")`,
    restore: null,
    reduced: null,
    ...more
  };
}

let el: HTMLElement;
let life: AbortController;

beforeEach(() => {
  el = document.createElement('div');
  document.body.append(el);
  life = new AbortController();
});

afterEach(() => {
  act(() => life.abort());
  el.remove();
});

function show(data: unknown, mode: 'live' | 'saved' = 'live', state: PageState = {}): FakeSource<unknown, PageState> {
  const source = new FakeSource<unknown, PageState>(data, state, mode);
  act(() => mount(el, source, life.signal));
  return source;
}

const text = () => el.textContent ?? '';
const button = (label: string) =>
  el.querySelector<HTMLButtonElement>(`button:is([aria-label="${label}"], [title="${label}"])`);
/** Does something, and lets what it asks be answered and drawn. */
const settled = async (first: () => void = () => undefined) => {
  for (const step of [first, () => undefined, () => undefined]) {
    await act(async () => {
      step();
      await new Promise(resolve => setTimeout(resolve));
    });
  }
};
const press = (label: string) => settled(() => button(label)?.click());
const line = (name: string) =>
  settled(() =>
    [...el.querySelectorAll<HTMLElement>('[role="treeitem"]')].find(item => item.textContent?.includes(name))?.click()
  );

describe('the page of a run', () => {
  it('says what was logged', () => {
    show(pageOf());

    for (const part of [
      'keen-fox',
      'finished',
      '3 min 12 s',
      'lr',
      '0.1',
      'vision',
      'loss',
      'train.ipynb (notebook)'
    ]) {
      expect(text()).toContain(part);
    }
    expect(text()).toContain('some were not committed');
    expect(text()).toContain('registered as iris 3');
    expect(el.querySelector('svg[role="img"]')?.getAttribute('aria-label')).toBe('loss: 4 points, from 1 to 0.25');
  });

  it('leads to the commit where the forge is known, and nowhere else', () => {
    show(pageOf());
    expect(el.querySelector('a')?.href).toBe(
      'https://github.com/acme/vision/commit/9f2c1e7ab34d5566778899aabbccddeeff001122'
    );

    act(() => life.abort());
    life = new AbortController();
    show(pageOf({ source: { commit: '9f2c1e7ab34d', repo: 'javascript:alert(1)//github.com/a/b' } }));
    expect(el.querySelector('a')).toBeNull();
  });

  it('shows somebody’s text as text, wherever it stands', () => {
    show(
      pageOf({
        run: { ...(pageOf().run as object), name: HOSTILE, status: HOSTILE, experiment: HOSTILE },
        description: HOSTILE,
        facts: [[HOSTILE, HOSTILE, true]],
        source: { name: HOSTILE, type: HOSTILE, commit: HOSTILE, branch: HOSTILE, repo: HOSTILE },
        params: [[HOSTILE, HOSTILE]],
        tags: [[HOSTILE, HOSTILE]],
        metrics: [metric(HOSTILE)],
        inputs: [[HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE]],
        models: [{ path: HOSTILE, flavors: HOSTILE, size: 1, registered: HOSTILE, code: HOSTILE }],
        artifacts: { folders: { '': [{ path: HOSTILE, is_dir: false, size: 1 }] }, why: null },
        previews: { [HOSTILE]: { kind: 'text', text: HOSTILE, language: 'json', cut: null, size: 1 } },
        error: { type: HOSTILE, message: HOSTILE, where: HOSTILE, traceback: HOSTILE },
        code: HOSTILE
      }),
      'saved',
      { artifact: HOSTILE, large: HOSTILE }
    );

    expect(el.querySelectorAll('img, a, script, iframe')).toHaveLength(0);
    expect(el.outerHTML).not.toContain('\u202e');
    expect(text()).toContain('<img src=x onerror=alert(1)>');
  });

  it.each([null, 3, [], {}, { run: null }, { run: { run_id: 4 } }])('says so where the data are none: %j', data => {
    show(data);

    expect(text()).toContain('This run cannot be shown.');
  });

  it('leaves out what is not of its shape', () => {
    show({
      run: { run_id: RUN_ID },
      facts: 3,
      params: [1, null],
      metrics: [{}, { key: 'm', series: { step: 'x' } }],
      artifacts: { folders: { '': [{}] } },
      models: [null],
      error: 'no',
      inputs: 'x'
    });

    expect(text()).toContain('No artifacts.');
    expect(text()).toContain('m');
  });

  it('counts on while a run is running, and tells when it was saved', () => {
    const run = {
      ...(pageOf().run as object),
      status: 'RUNNING',
      end_time: null,
      start_time: Date.now() - 65_000,
      seen_at: Date.now()
    };
    const source = show(pageOf({ run }));
    expect(text()).toContain('for 1 min 5 s so far');

    act(() => source.become({ mode: 'saved' }));
    expect(text()).toContain('for 1 min 5 s when this was saved');
  });

  it('takes in what is new of a running run, and keeps what the user arranged', () => {
    const data = pageOf({ metrics: [metric('loss'), metric('system/cpu', { system: true })] });
    const source = show(data);
    act(() => button('Logarithmic scale')?.click());

    const news = {
      metrics: [metric('loss', { value: 0.125 }), metric('acc', { value: 0.5 })],
      params: [['lr', '0.2']]
    };
    act(() => source.become({ data: patch(data as never, news) }));

    expect(text()).toContain('0.125');
    expect(text()).toContain('0.2');
    expect([...el.querySelectorAll('.nbf-small-name')].map(name => name.textContent)).toEqual(['loss', 'acc']);
    expect(button('Logarithmic scale')?.getAttribute('aria-pressed')).toBe('true');
  });

  it('says what a notebook left out', () => {
    show(pageOf({ reduced: { params: [1, 900] } }), 'saved');

    expect(text()).toContain('1 of 900 params');
  });

  it('dies with its signal', () => {
    show(pageOf());

    act(() => life.abort());

    expect(el.innerHTML).toBe('');
  });
});

describe('metrics', () => {
  it('are found by their name', async () => {
    show(pageOf({ metrics: Array.from({ length: 9 }, (_, i) => metric(`val/m${i}`)) }), 'saved');
    const field = el.querySelector<HTMLInputElement>('input[aria-label="Search the metrics"]');

    await settled(() => {
      if (field) field.value = 'M3 val';
      field?.dispatchEvent(new Event('input', { bubbles: true }));
    });

    expect([...el.querySelectorAll('.nbf-small-name')].map(name => name.textContent)).toEqual(['val/m3']);
  });

  it('are drawn a dozen at first', () => {
    show(pageOf({ metrics: Array.from({ length: 200 }, (_, i) => metric(`m${i}`)) }));

    expect(el.querySelectorAll('.nbf-small')).toHaveLength(12);
    expect(button('Show 188 more')).not.toBeNull();
  });

  it('have all points of a part asked for when a kernel answers', async () => {
    const source = show(pageOf({ metrics: [metric('loss', { n: 5000, series: series(500, 5000) })] }), 'live', {
      large: 'loss'
    });
    source.answer = () => ({ n: 2, step: [10, 11], time: [1, 2], value: [1, 2] });
    const chart = el.querySelector('.nbf-large svg[role="img"]');
    expect(text()).toContain('500 of 5,000 points');

    await settled(() => {
      chart?.dispatchEvent(new KeyboardEvent('keydown', { key: '+', bubbles: true }));
    });

    expect(source.asked).toEqual([['history', { key: 'loss', axis: 'step', low: 124.75, high: 374.25 }]]);
    expect(text()).toContain('all 2 points of this part');
  });

  it('have a history that was not read asked for when its chart is seen', async () => {
    const data = pageOf({ metrics: [metric('late', { n: null, min: null, max: null, series: null })] });
    const source = new FakeSource<unknown, PageState>(data, {});
    source.answer = () => series(3);
    act(() => mount(el, source, life.signal));

    await settled();

    expect(source.asked).toEqual([['history', { key: 'late', points: 500 }]]);
    expect(el.querySelector('.nbf-small svg[role="img"]')?.getAttribute('aria-label')).toContain('late: 3 points');
  });

  it('keep their reduced points without a kernel', async () => {
    show(pageOf({ metrics: [metric('loss', { n: 5000, series: series(500, 5000) })] }), 'saved', { large: 'loss' });

    await settled(() => {
      el.querySelector('.nbf-large svg[role="img"]')?.dispatchEvent(
        new KeyboardEvent('keydown', { key: '+', bubbles: true })
      );
    });

    expect(text()).toContain('500 of 5,000 points');
    expect(button('Show all of it')).not.toBeNull();
  });
});

describe('artifacts', () => {
  it('are shown from what was saved', async () => {
    const source = show(pageOf(), 'saved');

    await line('notes.txt');

    expect(text()).toContain('hello');
    expect(source.state.artifact).toBe('notes.txt');
    expect(button('Download')?.disabled).toBe(false);
  });

  it('are looked into when they are opened', async () => {
    const source = show(pageOf());
    source.answer = method => (method === 'list' ? [{ path: 'plots/a.csv', is_dir: false, size: 9 }] : csv());

    await line('plots');
    await line('a.csv');

    expect(source.asked.map(([method]) => method)).toEqual(['list', 'preview']);
    expect([...el.querySelectorAll('.nbf-rows td')].map(cell => cell.textContent)).toEqual(['1', '<b>', '2', '–']);
    expect(text()).toContain('2 of 300 rows, 2 columns');
  });

  it('say what cannot be had', async () => {
    const source = show(pageOf({ previews: {} }));
    source.answer = () => {
      throw new SourceError('RESOURCE_DOES_NOT_EXIST', 'No artifact notes.txt.');
    };

    await line('notes.txt');

    expect(text()).toContain('No artifact notes.txt.');
  });

  it('say that their content was not saved', async () => {
    show(pageOf({ previews: {} }), 'saved');

    await line('notes.txt');

    expect(text()).toContain('Its content was not saved in this notebook.');
  });

  it('keep what was saved when live data took its place', async () => {
    const source = show(pageOf(), 'saved');
    act(() => source.become({ mode: 'live', data: pageOf({ previews: {} }) }));
    act(() => source.become({ mode: 'saved' }));

    await line('notes.txt');

    expect(text()).toContain('hello');
  });

  it('say why there are none', () => {
    show(pageOf({ artifacts: { folders: { '': [] }, why: 'The store is gone.' } }));

    expect(text()).toContain('The store is gone.');
  });

  it('that are pages run no script until they are told to', async () => {
    const html = '<p>Report</p><script>parent.alert(1)</script><img src=x onerror=alert(1)>';
    show(pageOf({ previews: { 'notes.txt': { kind: 'html', html, scripts: true, size: 9 } } }), 'saved', {
      artifact: 'notes.txt'
    });
    const frame = () => el.querySelector('iframe');
    expect(frame()?.getAttribute('sandbox')).toBe('');
    expect(frame()?.getAttribute('srcdoc')).not.toMatch(/script>|onerror/);

    await press('Run the scripts of this page');

    expect(frame()?.getAttribute('sandbox')).toBe('allow-scripts');
    expect(frame()?.getAttribute('srcdoc')).toContain(html);
    expect(frame()?.getAttribute('srcdoc')).toMatch(
      /^<!doctype html><meta http-equiv="Content-Security-Policy" content="default-src 'none'/
    );
  });

  it('that are pictures are only ever in an img', () => {
    const svg = { kind: 'image', mime: 'image/svg+xml', data: { base64: btoa('<svg onload="alert(1)"/>') }, size: 9 };
    show(pageOf({ previews: { 'notes.txt': svg } }), 'saved', { artifact: 'notes.txt' });

    expect(el.querySelector('img')?.src).toMatch(/^data:image\/svg\+xml;base64,/);
  });

  it('that are no pictures are none, whatever they say', () => {
    const page = { kind: 'image', mime: 'text/html', data: { base64: btoa('<script>') }, size: 9 };
    show(pageOf({ previews: { 'notes.txt': page } }), 'saved', { artifact: 'notes.txt' });

    expect(el.querySelector('img')).toBeNull();
  });

  it('that are charts are told of where nothing can draw them', async () => {
    const chart = { kind: 'chart', spec: { mark: 'bar' }, size: 9 };
    show(pageOf({ previews: { 'notes.txt': chart } }), 'saved', { artifact: 'notes.txt' });
    await settled();

    expect(text()).toContain('There is nothing here to draw this chart with.');
  });
});

function csv() {
  return {
    kind: 'table',
    columns: ['n', '<i>'],
    numbers: [0],
    rows: [
      [1, '<b>'],
      [2, null]
    ],
    shape: [300, 2],
    size: 9
  };
}
