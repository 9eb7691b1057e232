import { describe, expect, it } from 'vitest';
import { makeLines } from '../../src/views/run-table/lines';
import { ranks, sortRows } from '../../src/views/run-table/order';
import { readState } from '../../src/views/run-table/state';
import { column, table } from './made';

const order = (values: number[], desc = false, nans?: Set<number>) =>
  Array.from(
    sortRows(
      Int32Array.from(values, (_, i) => i),
      [{ values, desc, ...(nans && { nans }) }]
    )
  );

describe('sorting', () => {
  it('puts numbers in order, negative ones and infinities too', () => {
    const values = [3, -1, Number.POSITIVE_INFINITY, 0, -0.5, Number.NEGATIVE_INFINITY, 1e-300, -1e300];

    expect(order(values)).toEqual([5, 7, 1, 4, 3, 6, 0, 2]);
    expect(order(values, true)).toEqual([2, 0, 6, 3, 4, 1, 7, 5]);
  });

  it('puts missing values last either way, and NaN before them', () => {
    const values = [Number.NaN, 2, Number.NaN, 1];
    const nans = new Set([2]);

    expect(order(values, false, nans)).toEqual([3, 1, 2, 0]);
    expect(order(values, true, nans)).toEqual([1, 3, 2, 0]);
  });

  it('keeps what is equal as it was, 0 and -0 too', () => {
    expect(order([1, 0, 1, -0, 1])).toEqual([1, 3, 0, 2, 4]);
    expect(order([1, 0, 1, -0, 1], true)).toEqual([0, 2, 4, 1, 3]);
  });

  it('agrees with a plain sort on many numbers', () => {
    const values = Array.from({ length: 5000 }, (_, i) => Math.sin(i * 12.9898) * 10 ** ((i % 40) - 20));
    const plain = values.map((_, i) => i).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b);

    expect(order(values)).toEqual(plain);
  });

  it('sorts by several columns', () => {
    const rows = sortRows(Int32Array.of(0, 1, 2, 3), [
      { values: [1, 0, 1, 0], desc: false },
      { values: [1, 2, 3, 4], desc: true }
    ]);

    expect([...rows]).toEqual([3, 1, 2, 0]);
  });

  it('orders texts as people do', () => {
    expect([...ranks(['b', 'a10', 'a2', 'é', 'Z'])]).toEqual([2, 1, 0, 3, 4]);
  });

  it('sorts params that are numbers by what they are', () => {
    const made = table([column('params.lr', ['0.1', '1e-3', '0.02', null])]);
    const lines = makeLines(made, null, readState({ sort: [{ id: 'params.lr', desc: false }] }));

    expect([...lines.row]).toEqual([1, 2, 0, 3]);
  });
});
