import { describe, expect, it } from 'vitest';
import { makeLines } from '../../src/views/run-table/lines';
import { type Selection, select, selectAll } from '../../src/views/run-table/selection';
import { readState } from '../../src/views/run-table/state';
import { column, table } from './made';

const none: Selection = { ids: new Set(), anchor: null };
const made = table([column('params.model', ['x', 'y', 'x', 'y'])]);
const lines = makeLines(made, null, readState({}));
const picked = ({ ids }: Selection) => [...ids].join('');

describe('selecting', () => {
  it('takes one, more with ctrl, a range with shift', () => {
    const one = select(none, lines, made.ids, 1, 'only');
    const two = select(one, lines, made.ids, 3, 'toggle');
    const back = select(two, lines, made.ids, 1, 'toggle');
    const range = select(one, lines, made.ids, 3, 'range');
    const shorter = select(range, lines, made.ids, 0, 'range');

    expect([one, two, back, range, shorter].map(picked)).toEqual(['b', 'bd', 'd', 'bcd', 'ab']);
  });

  it('takes all runs of a group', () => {
    const grouped = makeLines(made, null, readState({ group: 'params.model' }));
    const group = select(none, grouped, made.ids, 1, 'toggle');

    expect(picked(group)).toBe('bd');
    expect(picked(select(group, grouped, made.ids, 1, 'toggle'))).toBe('');
  });

  it('takes all that pass the filter', () => {
    const some = makeLines(made, Int32Array.of(0, 2), readState({ collapsed: [] }));

    expect(picked(selectAll(none, some, made.ids))).toBe('ac');
  });

  it('begins anew where the first of a range is gone', () => {
    expect(picked(select({ ids: new Set(['z']), anchor: 'z' }, lines, made.ids, 2, 'range'))).toBe('c');
  });
});
