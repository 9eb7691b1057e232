import { describe, expect, it } from 'vitest';
import { scale } from '../src/views/chart/scale';
import { readSeries } from '../src/views/chart/series';
import { smoothed } from '../src/views/chart/smooth';
import { rangeOf } from '../src/views/chart/vega-chart';

describe('a scale', () => {
  it('has ticks that read well', () => {
    expect(scale(0, 2999, false, 3).ticks).toEqual([0, 1000, 2000]);
    expect(scale(0.1, 0.3, false, 2).ticks).toEqual([0.1, 0.2, 0.3]);
    expect(scale(0.001, 100, true, 5).ticks).toEqual([0.001, 0.01, 0.1, 1, 10, 100].filter(tick => tick >= 0.001));
  });

  it('tells at least two numbers of any axis', () => {
    for (const [low, high] of [
      [1, 1.0001],
      [-5, 3],
      [1e-300, 2e-300],
      [-1e300, 1e300],
      [0.97, 1.02]
    ] as const) {
      expect(scale(low, high, false, 2).ticks.length).toBeGreaterThanOrEqual(2);
    }
  });

  it('goes there and back', () => {
    for (const log of [false, true]) {
      const made = scale(2, 200, log, 3);
      expect(made.value(made.place(20) ?? -1)).toBeCloseTo(20);
    }
  });

  it('has no place for zero where it is logarithmic', () => {
    expect(scale(1, 10, true, 3).place(0)).toBeNull();
  });

  it('of one value has it in the middle', () => {
    expect(scale(7, 7, false, 3).place(7)).toBe(0.5);
    expect(scale(0, 0, false, 3).place(0)).toBe(0.5);
  });
});

describe('smoothing', () => {
  it('leaves a constant as it is, from the first point on', () => {
    expect(smoothed([2, 2, 2], 0.9)).toEqual([2, 2, 2]);
  });

  it('passes over what is missing', () => {
    expect(smoothed([1, null, 1], 0.5)).toEqual([1, null, 1]);
  });

  it('of weight 0 is none', () => {
    expect(smoothed([1, 5], 0)).toEqual([1, 5]);
  });
});

describe('a series', () => {
  it('is read from lists and from typed arrays alike', () => {
    const lists = readSeries({ n: 9, step: [0, 1], time: [5, 6], value: [1, null] });
    const arrays = readSeries({
      n: 9,
      step: Int32Array.of(0, 1),
      time: Float64Array.of(5, 6),
      value: Float64Array.of(1, Number.NaN)
    });

    expect(arrays).toEqual(lists);
  });

  it('is none where there are no points', () => {
    for (const found of [null, 'x', {}, { step: [], time: [], value: [] }]) expect(readSeries(found)).toBeNull();
  });
});

it('reads the range of a selection that is bound to scales', () => {
  expect(rangeOf({ step: [5, 1] }, 'step')).toEqual([1, 5]);
  for (const value of [null, {}, { step: null }, { step: ['a', 'b'] }]) expect(rangeOf(value, 'step')).toBeNull();
});
