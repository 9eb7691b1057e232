import { describe, expect, it, vi } from 'vitest';
import type { TableState } from '../../src/views/run-table/state';
import { column, data } from '../run-table/made';
import { json, refusal, settled, withBuffers } from './fake-server';
import { at, MemoryState, made, STORE } from './made';

const TABLE = `GET ${at('/table')}`;
const query = { experiment_id: ['7'], filter: 'metrics.loss < 1', order_by: ['start_time DESC'] };
const losses = (...values: number[]) => data([column('metrics.loss', values)], values.length);
const lossOf = (found: unknown): number[] => {
  const { columns } = found as ReturnType<typeof losses>;
  return Array.from(columns.find(({ id }) => id === 'metrics.loss')?.values as ArrayLike<number>);
};

async function loaded(state = new MemoryState()) {
  const all = made(state);
  all.server
    .on(TABLE, () => json({ revision: '1', data: losses(1, 2) }))
    .on('GET /layouts', () => json({ layouts: {}, last: null }));
  const source = all.store.tableSource(query);
  await settled();
  return { ...all, source };
}

describe('the data', () => {
  it('are asked for by what is searched, and are there when it is ready', async () => {
    const { server, store } = made();
    server.on(TABLE, () => json({ revision: '1', data: losses(1, 2) }));

    const source = store.tableSource(query);
    expect([source.loaded, source.mode, source.problem]).toEqual([false, 'live', null]);
    await source.ready;

    expect(source.loaded).toBe(true);
    expect(lossOf(source.data)).toEqual([1, 2]);
    const asked = server.asked.find(({ path }) => path.endsWith('/table'));
    expect(Object.fromEntries(asked?.query ?? [])).toEqual({
      experiment_id: '7',
      filter: 'metrics.loss < 1',
      order_by: 'start_time DESC'
    });
    expect(asked?.headers.get('Accept')).toBe('application/vnd.nbflow+buffers');
  });

  it('follow the store by what changed', async () => {
    const { server, source } = await loaded();
    server.on(TABLE, () =>
      withBuffers(
        {
          revision: '2',
          base: '1',
          patch: { from: { $buffer: 0, type: 'i32' }, columns: losses(0.5).columns, rest: { live: true } }
        },
        [new Uint8Array(Int32Array.of(-1, 0, 1).buffer)]
      )
    );
    const changed = vi.fn();
    source.subscribe(changed);

    server.tell({ store: STORE, revision: '2', runs: ['a'], experiments: false, models: false });

    await vi.waitFor(() => expect(lossOf(source.data)).toEqual([0.5, 1, 2]));
    expect(server.asked.at(-1)?.query.get('base')).toBe('1');
    expect(changed).toHaveBeenCalledOnce();
  });

  it.each([
    ['is one of another state', { base: '2', patch: { rest: { live: true } } }],
    ['does not fit', { base: '1', patch: { from: [0], columns: 'none' } }]
  ])('are asked for whole where a change %s', async (_, change) => {
    const { server, source } = await loaded();
    server.on(TABLE, ({ query: given }) =>
      given.has('base') ? json({ revision: '3', ...change }) : json({ revision: '3', data: losses(9) })
    );

    await source.refresh();

    expect(lossOf(source.data)).toEqual([9]);
  });

  it('stay where nothing changed, and nobody is told', async () => {
    const { server, source } = await loaded();
    const before = source.data;
    server.on(TABLE, () => new Response(null, { status: 204 }));
    const changed = vi.fn();
    source.subscribe(changed);

    await source.refresh();

    expect(source.data).toBe(before);
    expect(changed).not.toHaveBeenCalled();
  });

  it('are not asked for where only models changed', async () => {
    const { server } = await loaded();
    const before = server.asked.length;

    server.tell({ store: STORE, revision: '2', runs: [], experiments: false, models: true });
    await settled();

    expect(server.asked).toHaveLength(before);
  });
});

describe('without a server', () => {
  it('the data stay, and what is the matter is said until they are new again', async () => {
    const { server, source } = await loaded();
    server.down = true;

    await source.refresh();
    expect(source.problem).toMatchObject({ code: 'NO_SERVER' });
    expect([source.mode, lossOf(source.data)]).toEqual(['live', [1, 2]]);

    server.down = false;
    server.on(TABLE, () => json({ revision: '2', data: losses(3) }));
    server.tell({ store: STORE, revision: '2', runs: null });
    await vi.waitFor(() => expect(lossOf(source.data)).toEqual([3]));
    expect(source.problem).toBeNull();
  });

  it('it becomes ready when there is one', async () => {
    const { server, store } = made();
    server.down = true;
    const source = store.tableSource(query);
    const ready = vi.fn();
    void source.ready.then(ready, ready);
    await settled();
    expect(ready).not.toHaveBeenCalled();

    server.down = false;
    server.on(TABLE, () => json({ revision: '1', data: losses(1) }));
    await source.refresh();

    await expect(source.ready).resolves.toBeUndefined();
  });

  it('a store that is gone is told of, and one that is back is looked at', async () => {
    const { server, source } = await loaded();

    server.on(TABLE, () => refusal(503, 'TEMPORARILY_UNAVAILABLE', 'It is gone, indeed.'));
    server.tell({ store: STORE, problem: 'The folder is gone.' });
    expect(source.problem).toMatchObject({ message: 'The folder is gone.' });
    await vi.waitFor(() => expect(source.problem).toMatchObject({ message: 'It is gone, indeed.' }));

    server.on(TABLE, () => new Response(null, { status: 204 }));
    server.tell({ store: STORE, revision: '1', runs: [], experiments: false, models: false });
    await vi.waitFor(() => expect(source.problem).toBeNull());
    expect(lossOf(source.data)).toEqual([1, 2]);
  });

  it('a search that cannot be is refused with the place', async () => {
    const { server, store } = made();
    server.on(TABLE, () => refusal(400, 'INVALID_PARAMETER_VALUE', 'Not a filter.', { position: 3 }));

    const source = store.tableSource(query);

    await expect(source.ready).rejects.toMatchObject({ message: 'Not a filter.', details: { position: 3 } });
  });
});

describe('what the view asks', () => {
  it.each([
    [
      'filter',
      { filter: 'params.a = "b"' },
      'POST',
      '/runs/filter',
      { experiment_ids: ['7'], filter: 'params.a = "b"' }
    ],
    ['sparklines', { run_ids: ['a'], metrics: ['m'] }, 'POST', '/runs/sparklines', { run_ids: ['a'], metrics: ['m'] }],
    ['rename', { run_id: 'a', name: 'n' }, 'POST', '/runs/rename', { run_id: 'a', name: 'n' }],
    ['tag', { run_ids: ['a'], key: 'k', value: null }, 'POST', '/runs/tag', { run_ids: ['a'], key: 'k', value: null }],
    ['delete', { run_ids: ['a'] }, 'POST', '/runs/delete', { run_ids: ['a'] }],
    ['restore', { run_ids: ['a'] }, 'POST', '/runs/restore', { run_ids: ['a'] }]
  ])('%s is asked of the store', async (method, args, verb, path, body) => {
    const { server, source } = await loaded();
    const answer = { filter: { run_ids: ['a'] }, sparklines: { lines: {} } }[method] ?? { done: ['a'], failed: [] };
    server.on(`${verb} ${at(path)}`, () => json(answer));

    await expect(source.ask(method, args)).resolves.toEqual(answer);

    expect(server.asked.find(asked => asked.path === at(path))?.body).toEqual(body);
  });

  it.each([
    ['layouts', {}, 'GET /layouts', undefined],
    ['save_layout', { name: 'a/b', layout: { tree: true } }, 'PUT /layouts/a%2Fb', { layout: { tree: true } }],
    ['delete_layout', { name: '..' }, 'DELETE /layouts/%252E%252E', undefined],
    ['use_layout', { name: null }, 'POST /layouts', { name: null }]
  ])('%s is asked of the server', async (method, args, question, body) => {
    const { server, source } = await loaded();
    server.on(question, () => json({ layouts: {}, last: 'x' }));

    await expect(source.ask(method, args)).resolves.toEqual({ layouts: {}, last: 'x' });

    expect(server.questions.at(-1)).toBe(question);
    expect(server.asked.at(-1)?.body).toEqual(body);
  });

  it('changes what is shown as soon as it is done', async () => {
    const { server, source } = await loaded();
    server
      .on(`POST ${at('/runs/rename')}`, () => json({ done: ['a'], failed: [] }))
      .on(TABLE, () => json({ revision: '2', data: losses(5) }));

    await source.ask('rename', { run_id: 'a', name: 'n' });

    await vi.waitFor(() => expect(lossOf(source.data)).toEqual([5]));
  });

  it('ends with its signal', async () => {
    const { server, source } = await loaded();
    server.on(`POST ${at('/runs/filter')}`, () => new Promise<Response>(() => undefined));
    const life = new AbortController();

    const asking = source.ask('filter', { filter: 'x' }, life.signal);
    life.abort();

    await expect(asking).rejects.toBe(life.signal.reason);
  });

  it('is refused in words where only a kernel could answer', async () => {
    const { source } = await loaded();

    await expect(source.ask('toString')).rejects.toThrow('kernel');
  });
});

describe('the arrangement', () => {
  it('is kept over a reload, for each search by itself', async () => {
    const state = new MemoryState();
    const first = await loaded(state);
    first.source.setState({ group: 'params.a' });

    const again = made(state);

    expect(again.store.tableSource({ ...query, filter: 'other' }).state.group).toBe('params.a');
    expect(again.store.tableSource({ experiment_id: ['8'] }).state).toEqual({});
    expect(again.store.tableSource({ ...query, view: 'deleted' }).state).toEqual({});
  });

  it('begins with the layout that was used last, as in a notebook', async () => {
    const { server, store, state } = made();
    server
      .on(TABLE, () => json({ revision: '1', data: losses(1) }))
      .on('GET /layouts', () => json({ layouts: { wide: { differ: false, pinned: ['metrics.loss'] } }, last: 'wide' }));

    const source = store.tableSource(query);
    await source.ready;

    expect(source.state).toMatchObject({ layout: 'wide', differ: false, pinned: ['metrics.loss'] });
    source.setState({ layout: null } as Partial<TableState>);
    expect(made(state).store.tableSource(query).state.layout).toBeNull();
  });

  it("begins as it is by itself where layouts are somebody else's", async () => {
    const { server, store } = made();
    server
      .on(TABLE, () => json({ revision: '1', data: losses(1) }))
      .on('GET /layouts', () => refusal(403, 'PERMISSION_DENIED', 'They are not yours.'));

    const source = store.tableSource(query);
    await source.ready;

    expect([source.state, source.problem]).toEqual([{}, null]);
  });
});

it('has an address for all of it as CSV', async () => {
  const { source } = await loaded();

  expect(source.csvUrl).toBe(
    `http://server/nbflow/api${at('/table.csv')}?experiment_id=7&filter=metrics.loss+%3C+1&order_by=start_time+DESC`
  );
});

it('asks and hears nothing after its end', async () => {
  const { server, source, api } = await loaded();
  const changed = vi.fn();
  source.subscribe(changed);
  const before = server.asked.length;

  source.dispose();
  server.tell({ store: STORE, revision: '9', runs: null });
  await source.refresh();

  expect(server.asked).toHaveLength(before);
  expect(changed).not.toHaveBeenCalled();
  expect(server.sockets.at(-1)?.readyState).toBe(3);
  api.dispose();
});
