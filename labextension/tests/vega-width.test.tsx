import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { vega } from '../src/views/vega';

const SPEC = {
  data: { values: [{ x: 1, y: 2 }] },
  mark: 'point',
  encoding: { x: { field: 'x', type: 'quantitative' }, y: { field: 'y', type: 'quantitative' } },
  width: 'container'
};

describe('a chart as wide as its place', () => {
  let life: AbortController;
  let place: HTMLElement;
  let width: number;
  let observed: () => void;

  beforeEach(() => {
    life = new AbortController();
    place = document.body.appendChild(document.createElement('div'));
    Object.defineProperty(place, 'clientWidth', { get: () => width });
    class Observer {
      constructor(changed: () => void) {
        observed = changed;
      }
      observe(): void {}
      disconnect(): void {}
    }
    vi.stubGlobal('ResizeObserver', Observer);
  });

  afterEach(() => {
    life.abort();
    place.remove();
    document.body.className = '';
    vi.unstubAllGlobals();
  });

  const drawn = () => place.querySelector('svg')?.getAttribute('width');

  it('stays as wide in another theme, though the page has no layout while it changes', async () => {
    width = 500;
    await vega.draw(place, SPEC, life.signal);
    const first = place.querySelector('svg');

    width = 0;
    document.body.className = 'dark';

    await vi.waitFor(() => expect(place.querySelector('svg')).not.toBe(first));
    expect(drawn()).toBe('500');
  });

  it('gets its width when it comes into sight', async () => {
    width = 0;
    await vega.draw(place, SPEC, life.signal);

    width = 300;
    observed();

    await vi.waitFor(() => expect(drawn()).toBe('300'));
  });

  it('follows its place, even to what was the width between its axes', async () => {
    width = 500;
    await vega.draw(place, SPEC, life.signal);
    const inner = place
      .querySelector('.background')
      ?.getAttribute('d')
      ?.match(/h(\d+)/)?.[1];

    width = Number(inner);
    observed();

    expect(width).toBeLessThan(500);
    await vi.waitFor(() => expect(drawn()).toBe(inner));
  });
});
