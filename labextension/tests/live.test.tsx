import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mount, patch } from '../src/views/live';
import type { LiveState } from '../src/views/live/data';
import { FakeSource, HOSTILE } from './model-card-source';

const ID = '019ac386cd613e30d8f16adf91b7584a';

function runOf(more: object = {}) {
  return {
    run_id: ID,
    name: 'keen-fox',
    status: 'RUNNING',
    start_time: 1_763_900_000_000,
    end_time: null,
    seen_at: 1_763_900_012_000,
    params: [['lr', '0.1']],
    error: null,
    rate: { value: 45.678, unit: 'steps' },
    ...more
  };
}

function metricOf(key: string, more: object = {}) {
  const step = [0, 1, 2, 3];
  const series = { n: 4, step, time: step.map(i => i * 1000), value: [1, 0.5, 0.25, 0.375] };
  return { key, run: ID, system: false, best: 'min', value: 0.375, step: 3, n: 4, min: 0.25, max: 1, series, ...more };
}

function dataOf(more: object = {}): Record<string, unknown> {
  return { runs: [runOf()], n_runs: 1, metrics: [metricOf('loss')], notice: null, reduced: null, ...more };
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

function show(data: unknown, mode: 'live' | 'saved' = 'live'): FakeSource<unknown, LiveState> {
  const source = new FakeSource<unknown, LiveState>(data, {}, mode);
  act(() => mount(el, source, life.signal));
  return source;
}

const text = () => (el.textContent ?? '').replaceAll('\u00a0', ' ');
const cards = () => [...el.querySelectorAll('.nbf-live-card')].map(card => card.textContent);

describe('the live display', () => {
  it('says what runs, how fast, and what came out', () => {
    show(dataOf());

    for (const part of ['keen-fox', 'running', 'so far', '45.7 steps/s', 'lr', '0.1', 'loss0.375best 0.25']) {
      expect(text()).toContain(part);
    }
    expect(el.querySelector('svg[role="img"]')?.getAttribute('aria-label')).toBe('loss: 4 points, from 1 to 0.375');
  });

  it('follows what is new', () => {
    const source = show(dataOf());
    const change = {
      runs: [{ ...runOf({ status: 'FINISHED', end_time: 1_763_900_020_000 }), params: undefined }],
      metrics: [metricOf('loss', { value: 0.125, min: 0.125 }), metricOf('accuracy', { best: 'max' })]
    };

    act(() => source.become({ data: patch(source.data, JSON.parse(JSON.stringify(change))) }));

    expect(text()).toContain('finished');
    expect(text()).toContain('20 s');
    expect(text()).toContain('lr');
    expect(cards().map(card => card?.slice(0, 13))).toEqual(['loss0.125best', 'accuracy0.375']);
  });

  it('says of a saved one that ran how long it had run', () => {
    show(dataOf(), 'saved');

    expect(text()).toContain('for 12 s when this was saved');
    expect(el.querySelector('.nbf-live-on')).toBeNull();
  });

  it('draws the runs that belong to it as lines of one chart, and names the best of all', () => {
    const child = { ...runOf({ run_id: 'b', name: 'child' }) };
    show(
      dataOf({
        runs: [runOf(), child],
        n_runs: 2,
        metrics: [metricOf('loss', { min: 0.1 }), metricOf('loss', { run: 'b' })]
      })
    );

    expect(el.querySelectorAll('.nbf-live-card')).toHaveLength(1);
    expect(el.querySelectorAll('.nbf-lines-line')).toHaveLength(2);
    expect(cards()[0]).toContain('best 0.1');
    expect(text()).toContain('child');
  });

  it('drops the lines of a run that is not drawn any more', () => {
    const before = dataOf({ runs: [runOf(), runOf({ run_id: 'b' })], metrics: [metricOf('loss', { run: 'b' })] });

    const after = patch(before, { runs: [runOf()], n_runs: 3 }) as { metrics: unknown[]; n_runs: number };

    expect(after.metrics).toEqual([]);
    expect(after.n_runs).toBe(3);
  });

  it('shows the first of a thousand metrics, and those that are searched for', () => {
    show(dataOf({ metrics: Array.from({ length: 1000 }, (_, i) => metricOf(`layer.${i}/norm`)) }));
    expect(cards()).toHaveLength(12);

    const field = el.querySelector<HTMLInputElement>('input[type="search"]');
    act(() => {
      if (field) field.value = 'layer.77/';
      field?.dispatchEvent(new Event('input', { bubbles: true }));
    });

    expect(cards().map(card => card?.slice(0, 13))).toEqual(['layer.77/norm']);
  });

  it('has a value and no chart where there is one point', () => {
    show(dataOf({ metrics: [metricOf('test/f1', { n: 1, series: undefined })] }));

    expect(cards()).toEqual(['test/f10.375']);
  });

  it.each([
    ['NaN', 'nan'],
    ['Infinity', 'inf'],
    [null, '–']
  ])('shows a value of %s', (value, shown) => {
    show(dataOf({ metrics: [metricOf('loss', { value, best: null })] }));

    expect(cards()[0]).toContain(`loss${shown}`);
  });

  it('shows somebody’s text as text', () => {
    show(
      dataOf({
        runs: [
          runOf({
            name: HOSTILE,
            status: HOSTILE,
            params: [[HOSTILE, HOSTILE]],
            error: { type: HOSTILE, message: HOSTILE }
          })
        ],
        metrics: [metricOf(HOSTILE)],
        notice: HOSTILE
      })
    );

    expect(el.querySelector('img, script, a')).toBeNull();
    expect(text()).toContain('<img src=x');
    expect(text()).not.toContain('\u202e');
  });

  it('tells what is wrong with the store, and keeps what was read', () => {
    show(dataOf({ notice: 'The run is not there any more; this is what was read of it.' }));

    expect(el.querySelector('[role="alert"]')?.textContent).toContain('not there any more');
    expect(cards()).toHaveLength(1);
  });

  it('waits for a run, and says so', () => {
    show(dataOf({ runs: [], metrics: [] }));

    expect(text()).toContain('Waiting for a run to start');
  });

  it.each([null, 7, 'x', [], {}, { runs: 3 }, { runs: [null], metrics: [null, { run: ID }] }])(
    'is a message in place of what is no live display: %j',
    data => {
      expect(() => show(data, 'saved')).not.toThrow();
      expect(text()).toMatch(/cannot be shown|No run was started/);
    }
  );

  it('leaves nothing when it ends', () => {
    show(dataOf());
    act(() => life.abort());

    expect(el.childNodes).toHaveLength(0);
  });
});
