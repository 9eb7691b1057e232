import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Listener, StoreChange } from '../../src/api/events';
import { type Asked, useAsked } from '../../src/pages/hooks';

const CHANGE: StoreChange = { store: 's', revision: '1', runs: null, experiments: true, models: true, problem: null };

/** A component that asks for a number, which is how often it was asked for. */
async function asking(watch: (listener: Listener) => () => void) {
  const el = document.createElement('div');
  let times = 0;
  let asked: Asked<number> | undefined;
  const ask = async () => ++times;
  function Asks() {
    asked = useAsked({ ask, watch, of: [] });
    return null;
  }
  await act(async () => render(<Asks />, el));
  await pass();
  return { value: () => asked?.value, end: () => render(null, el) };
}

const pass = () => act(async () => void (await vi.advanceTimersByTimeAsync(1000)));

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('what is asked for', () => {
  it('is not asked for again where the state of the store was known before', async () => {
    const { value, end } = await asking(listener => {
      queueMicrotask(() => listener(CHANGE)); // as `Events` tells who comes later
      return () => undefined;
    });

    expect(value()).toBe(1);
    end();
  });

  it('is asked for again once the state of the store is told: it may have changed since the answer', async () => {
    let tell: Listener = () => undefined;
    const { value, end } = await asking(listener => {
      tell = listener;
      return () => undefined;
    });
    expect(value()).toBe(1);

    tell(CHANGE);
    await pass();
    expect(value()).toBe(2);
    tell(CHANGE); // such as after the socket broke
    await pass();

    expect(value()).toBe(2);
    end();
  });
});
