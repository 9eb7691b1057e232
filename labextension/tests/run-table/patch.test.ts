import { describe, expect, it } from 'vitest';
import { patch } from '../../src/views/run-table/patch';
import { readTable } from '../../src/views/run-table/table';
import { column, data } from './made';

const before = {
  ...data([
    column('metrics.loss', Float64Array.of(1, 2, 3, 4) as never),
    column('metrics.nan', [1, 'NaN', null, 4]),
    column('tags.team', [], { values: { codes: Int32Array.of(0, -1, 1, 0), texts: ['x', 'y'] } })
  ]),
  notice: null
};

/** The columns of some rows, as Python sends those that are new. */
const news = (ids: string[], loss: number[], nan: unknown[], team: (string | null)[]) => [
  column('run_id', ids),
  column(
    'tags.mlflow.runName',
    ids.map(id => `run ${id}`)
  ),
  column(
    'status',
    ids.map(() => 'RUNNING'),
    { type: 'status' }
  ),
  column('metrics.loss', Float64Array.from(loss) as never),
  column('metrics.nan', nan),
  column('tags.team', team)
];

describe('a change', () => {
  it('puts new rows in, and leaves out those that are gone', () => {
    const after = patch(before, {
      from: Int32Array.of(-1, 2, 1),
      columns: news(['z'], [9], ['NaN'], ['new'])
    });
    const table = readTable(after);

    expect(table.ids).toEqual(['z', 'c', 'b']);
    expect([...(table.byId.get('metrics.loss')?.numbers ?? [])]).toEqual([9, 3, 2]);
    expect([...(table.byId.get('metrics.nan')?.nans ?? [])]).toEqual([0, 2]);
    expect([0, 1, 2].map(row => table.byId.get('tags.team')?.text(row))).toEqual(['new', 'y', null]);
    expect([0, 1, 2].map(row => table.byId.get('status')?.text(row))).toEqual(['RUNNING', 'FINISHED', 'FINISHED']);
  });

  it('brings columns that were not there, and takes those that are no more', () => {
    const columns = [
      ...news(['a'], [0], [0], ['x']).filter(({ id }) => id !== 'tags.team'),
      column('params.lr', ['1'])
    ];

    const table = readTable(patch(before, { from: Int32Array.of(-1, 1), columns }));

    expect(table.byId.has('tags.team')).toBe(false);
    expect([0, 1].map(row => table.byId.get('params.lr')?.text(row))).toEqual(['1', null]);
  });

  it('leaves nothing of texts that no row has any more', () => {
    let after: unknown = before;
    for (let n = 0; n < 100; n++) {
      const columns = news(['a'], [0], [0], [`epoch ${n}`]);
      after = patch(after, { from: Int32Array.of(-1, 1, 2, 3), columns });
    }
    const team = readTable(after).byId.get('tags.team');

    expect([0, 1, 2, 3].map(row => team?.text(row))).toEqual(['epoch 99', null, 'y', 'x']);
    expect(team?.texts.length).toBeLessThanOrEqual(8);
  });

  it('of no row is one of what stands beside', () => {
    const table = readTable(patch(before, { rest: { notice: 'The store is gone.', live: true } }));

    expect([table.rows, table.notice, table.live]).toEqual([4, 'The store is gone.', true]);
  });
});
