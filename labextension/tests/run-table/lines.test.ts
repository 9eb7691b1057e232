import { describe, expect, it } from 'vitest';
import { groupCell } from '../../src/views/run-table/group-cell';
import { makeLines } from '../../src/views/run-table/lines';
import { readState } from '../../src/views/run-table/state';
import type { Table } from '../../src/views/run-table/table';
import { column, table } from './made';

const shown = (made: Table, state: object, passed: Int32Array | null = null) => {
  const lines = makeLines(made, passed, readState(state));
  return Array.from(
    lines.row,
    (row, i) =>
      `${'.'.repeat(lines.depth[i] ?? 0)}${row < 0 ? lines.groups[lines.group?.[i] ?? 0]?.key : made.ids[row]}`
  );
};

describe('nested runs', () => {
  const nested = table(
    [column('tags.mlflow.parentRunId', [null, 'a', null, 'a', 'd', 'c']), column('metrics.m', [1, 2, 3, 0, 9, 9])],
    6
  );

  it('stand under their parents', () => {
    expect(shown(nested, {})).toEqual(['a', '.b', '.d', '..e', 'c', '.f']);
  });

  it('are sorted among each other', () => {
    expect(shown(nested, { sort: [{ id: 'metrics.m', desc: true }] })).toEqual(['c', '.f', 'a', '.b', '.d', '..e']);
  });

  it('are folded away', () => {
    expect(shown(nested, { collapsed: ['a'] })).toEqual(['a', 'c', '.f']);
  });

  it('stand at the top where their parent is filtered out', () => {
    expect(shown(nested, {}, Int32Array.of(1, 3, 4))).toEqual(['b', 'd', '.e']);
  });

  it('stand in one list if somebody wants that', () => {
    expect(shown(nested, { tree: false })).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('are all there when they are their own ancestors', () => {
    expect(shown(table([column('tags.mlflow.parentRunId', ['b', 'a', 'c', null])]), {})).toEqual(['c', 'd', 'a', '.b']);
  });
});

describe('groups', () => {
  const made = table([
    column('params.model', ['x', 'y', 'x', null]),
    column('metrics.loss', [1, 5, 3, 'NaN'], { best: 'min' })
  ]);

  it('have a line each, and their runs below when they are open', () => {
    expect(shown(made, { group: 'params.model', expanded: ['=x'] })).toEqual(['=x', '.a', '.c', '=y', '']);
  });

  it('are sorted by their means', () => {
    expect(shown(made, { group: 'params.model', sort: [{ id: 'metrics.loss', desc: true }] })).toEqual([
      '=y',
      '=x',
      ''
    ]);
  });

  it('say mean, deviation and number of a metric', () => {
    const { groups } = makeLines(made, null, readState({ group: 'params.model' }));
    const loss = made.byId.get('metrics.loss');
    const texts = loss && groups.map(group => groupCell(loss, group).text);

    expect(texts).toEqual(['2 ± 1.4 (2)', '5 (1)', '–']);
  });

  it('say a value that all their runs have, else how many there are', () => {
    const more = table([column('params.model', ['x', 'x', 'y', 'y']), column('params.lr', ['1', '2', '3', '3'])]);
    const { groups } = makeLines(more, null, readState({ group: 'params.model' }));
    const lr = more.byId.get('params.lr');

    expect(lr && groups.map(group => groupCell(lr, group).text)).toEqual(['2 values', '3']);
  });

  it('by a column that is gone are no groups', () => {
    expect(shown(made, { group: 'params.gone' })).toEqual(['a', 'b', 'c', 'd']);
  });
});
