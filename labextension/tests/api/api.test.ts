import { describe, expect, it } from 'vitest';
import type { StoreApi } from '../../src/api/store-api';
import { allows } from '../../src/api/types';
import { json } from './fake-server';
import { at, made } from './made';

describe('the server', () => {
  it('says what it is, and which stores it has open', async () => {
    const { server, api } = made();
    server.on('GET /server', () => json({ version: '1' })).on('GET /stores', () => json({ stores: [{ id: 'a' }] }));

    expect(await api.server()).toEqual({ version: '1' });
    expect(await api.stores()).toEqual([{ id: 'a' }]);
  });

  it('opens a store, named by its path or by a notebook', async () => {
    const { server, api } = made();
    server.on('POST /stores', ({ body }) => json({ id: 'a', asked: body }));

    expect(await api.open({ notebook: 'a b/c.ipynb' })).toEqual({ id: 'a', asked: { notebook: 'a b/c.ipynb' } });
  });

  it('has one API for each store', () => {
    const { api } = made();

    expect(api.store('a')).toBe(api.store('a'));
    expect(api.store('a')).not.toBe(api.store('b'));
  });
});

const NAME = 'a b/ü';
const WRITTEN = 'a%20b%2F%C3%BC';
const calls: [string, (store: StoreApi) => Promise<unknown>, string, unknown?][] = [
  ['experiments', store => store.experiments({ view: 'all', order_by: ['name'] }), 'GET /experiments'],
  ['experiment', store => store.experiment('7'), 'GET /experiments/7'],
  ['createExperiment', store => store.createExperiment('n'), 'POST /experiments', { name: 'n', tags: {} }],
  ['changeExperiment', store => store.changeExperiment('7', { name: 'n' }), 'PATCH /experiments/7', { name: 'n' }],
  ['deleteExperiment', store => store.deleteExperiment('7'), 'DELETE /experiments/7'],
  ['restoreExperiment', store => store.restoreExperiment('7'), 'POST /experiments/7/restore'],
  ['runs', store => store.runs({ experiment_id: ['7'] }), 'GET /runs'],
  ['keys', store => store.keys(['7']), 'GET /keys'],
  [
    'filterRuns',
    store => store.filterRuns(['7'], 'f', 'all'),
    'POST /runs/filter',
    { experiment_ids: ['7'], filter: 'f', view: 'all' }
  ],
  ['renameRun', store => store.renameRun('r', 'n'), 'POST /runs/rename', { run_id: 'r', name: 'n' }],
  ['tagRuns', store => store.tagRuns(['r'], 'k', null), 'POST /runs/tag', { run_ids: ['r'], key: 'k', value: null }],
  ['deleteRuns', store => store.deleteRuns(['r']), 'POST /runs/delete', { run_ids: ['r'] }],
  ['restoreRuns', store => store.restoreRuns(['r']), 'POST /runs/restore', { run_ids: ['r'] }],
  ['activeRuns', store => store.activeRuns('a.ipynb', null), 'GET /runs/active'],
  ['run', store => store.run('r'), 'GET /runs/r'],
  ['artifacts', store => store.artifacts('r'), 'GET /runs/r/artifacts'],
  ['models', store => store.models(), 'GET /models'],
  ['model', store => store.model(NAME), `GET /models/${WRITTEN}`],
  ['createModel', store => store.createModel('n'), 'POST /models', { name: 'n', description: '', tags: {} }],
  ['changeModel', store => store.changeModel(NAME, { name: 'n' }), `PATCH /models/${WRITTEN}`, { name: 'n' }],
  ['deleteModel', store => store.deleteModel(NAME), `DELETE /models/${WRITTEN}`],
  ['restoreModel', store => store.restoreModel(NAME), `POST /models/${WRITTEN}/restore`],
  [
    'createVersion',
    store => store.createVersion(NAME, { source: 'runs:/r/m' }),
    `POST /models/${WRITTEN}/versions`,
    { source: 'runs:/r/m' }
  ],
  ['version', store => store.version(NAME, 3), `GET /models/${WRITTEN}/versions/3`],
  ['deleteVersion', store => store.deleteVersion(NAME, 3), `DELETE /models/${WRITTEN}/versions/3`],
  ['restoreVersion', store => store.restoreVersion(NAME, 3), `POST /models/${WRITTEN}/versions/3/restore`],
  ['setAlias', store => store.setAlias(NAME, 'a', 3), `PUT /models/${WRITTEN}/aliases/a`, { version: 3 }],
  ['deleteAlias', store => store.deleteAlias(NAME, 'a'), `DELETE /models/${WRITTEN}/aliases/a`]
];

describe('a store', () => {
  it('is told of many runs a thousand at a time, and says what became of all', async () => {
    const { server, store } = made();
    const ids = Array.from({ length: 2_500 }, (_, n) => `r${n}`);
    server.on(`POST ${at('/runs/delete')}`, ({ body }) => {
      const { run_ids } = body as { run_ids: string[] };
      return json({ done: run_ids.slice(1), failed: [{ run_id: run_ids[0], code: 'X', message: 'no' }] });
    });

    const { done, failed } = await store.deleteRuns(ids);

    expect(server.asked).toHaveLength(3);
    expect([done.length, failed.map(({ run_id }) => run_id)]).toEqual([2_497, ['r0', 'r1000', 'r2000']]);
  });

  it.each(calls)('%s asks in its place', async (_, call, question, body) => {
    const { server, store } = made();
    const [verb = '', path = ''] = question.split(' ');
    server.on(`${verb} ${at(path)}`, () => json({ runs: [], run_ids: [], entries: [], done: [], failed: [] }));

    await call(store);

    expect(server.questions).toEqual([`${verb} ${at(path)}`]);
    expect(server.asked[0]?.body).toEqual(body);
  });
});

it('tells who may do what', () => {
  expect(allows('MANAGE', 'EDIT')).toBe(true);
  expect(allows('READ', 'READ')).toBe(true);
  expect(allows('READ', 'EDIT')).toBe(false);
  expect(allows('NO_PERMISSIONS', 'READ')).toBe(false);
});
