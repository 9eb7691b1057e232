/** The sources of a run's page, of a comparison and of a model's card. */
import { describe, expect, it, vi } from 'vitest';
import { json, settled, withBuffers } from './fake-server';
import { at, made, STORE } from './made';

const news = (more: object) => ({ store: STORE, revision: '2', runs: [], experiments: false, models: false, ...more });

describe('a run page', () => {
  const RUN = `GET ${at('/runs/r1')}`;
  const page = (more: object = {}) => ({ run: { run_id: 'r1', status: 'RUNNING' }, where: null, ...more });

  it('is looked at again when its run has news, and only for what changed', async () => {
    const { server, store } = made();
    server.on(RUN, ({ headers }) =>
      headers.get('If-None-Match') ? new Response(null, { status: 304 }) : json(page(), { ETag: '"1"' })
    );
    const source = store.runSource('r1');
    await source.ready;
    const changed = vi.fn();
    source.subscribe(changed);
    const known = source.data;

    server.tell(news({ runs: ['r2'] }));
    server.tell(news({ runs: ['r2', 'r1'] }));

    await vi.waitFor(() => expect(server.questions.filter(question => question === RUN)).toHaveLength(2));
    await settled();
    expect(server.asked.at(-1)?.headers.get('If-None-Match')).toBe('"1"');
    expect(source.data).toBe(known);
    expect(changed).not.toHaveBeenCalled();
  });

  it('takes the news', async () => {
    const { server, store } = made();
    server.on(RUN, () => json(page()));
    const source = store.runSource('r1');
    await source.ready;
    server.on(RUN, () => json(page({ run: { run_id: 'r1', status: 'FINISHED' } })));

    server.tell(news({ runs: null }));

    await vi.waitFor(() => expect(source.data).toMatchObject({ run: { status: 'FINISHED' } }));
  });

  it.each([
    ['history', { key: 'val/loss', points: 500 }, '/history', 'key=val%2Floss&points=500'],
    ['history', { key: 'a', axis: 'time', low: 0, high: 1.5 }, '/history', 'key=a&axis=time&low=0&high=1.5'],
    ['preview', { path: 'a b/c.csv' }, '/preview', 'path=a+b%2Fc.csv']
  ])('asks for a %s', async (method, args, path, query) => {
    const { server, store } = made();
    server.on(`GET ${at(`/runs/r1${path}`)}`, () =>
      withBuffers({ value: { $buffer: 0, type: 'f64' } }, [new Uint8Array(Float64Array.of(1, Number.NaN).buffer)])
    );

    const answer = await store.runSource('r1').ask(method, args);

    expect(answer).toEqual({ value: Float64Array.of(1, Number.NaN) });
    expect(server.asked.find(asked => asked.path.endsWith(path))?.query.toString()).toBe(query);
  });

  it('lists a folder as the view reads it', async () => {
    const { server, store } = made();
    const entries = [{ path: 'a/b', is_dir: false, size: 3 }];
    server.on(`GET ${at('/runs/r1/artifacts')}`, () => json({ entries }));

    expect(await store.runSource('r1').ask('list', { path: 'a' })).toEqual(entries);
  });

  it('has an address for each file, in which a name is a name', () => {
    const { store } = made();

    expect(store.runSource('r1').fileUrl('a b/../#?/%2e.csv')).toBe(
      `http://server/nbflow/api${at('/runs/r1/files/a%20b/%252E%252E/%23%3F/%252e.csv')}`
    );
  });

  it('offers what its host can do, where the run knows enough', async () => {
    const { server, store } = made();
    const where = { notebook: 'a.ipynb', cell_id: 'c', kernel_id: null };
    const [cameFrom, register] = [vi.fn(), vi.fn()];
    server.on(RUN, () => json(page({ where })));
    const source = store.runSource('r1', { cameFrom, register });
    expect(source.offers.cameFrom).toBeUndefined();
    await source.ready;

    source.offers.cameFrom?.();
    source.offers.register?.('model');

    expect(cameFrom).toHaveBeenCalledExactlyOnceWith(where);
    expect(register).toHaveBeenCalledExactlyOnceWith('model');
    expect(store.runSource('r1').offers.register).toBeUndefined();
  });
});

describe('the files of a version', () => {
  it('are listed and have addresses, in which a name is a name', async () => {
    const { server, store } = made();
    const entries = [{ path: 'a/b', is_dir: false, size: 3 }];
    server.on(`GET ${at('/models/a%20b/versions/4/artifacts')}`, () => json({ entries }));
    const source = store.modelSource('a b', 4);

    expect(await source.ask('list', { path: 'a' })).toEqual(entries);
    expect(source.fileUrl('a/../#')).toBe(
      `http://server/nbflow/api${at('/models/a%20b/versions/4/files/a/%252E%252E/%23')}`
    );
  });
});

describe('a comparison', () => {
  it('is made of its runs, and anew when one of them has news', async () => {
    const { server, store } = made();
    let times = 0;
    server.on(`POST ${at('/comparisons')}`, () => json({ times: ++times }));
    const source = store.comparisonSource(['r1', 'r2']);
    await source.ready;
    expect(server.asked.find(({ path }) => path === at('/comparisons'))?.body).toEqual({ run_ids: ['r1', 'r2'] });

    server.tell(news({ runs: ['r3'] }));
    await source.refresh();

    expect(source.data).toEqual({ times: 2 });
  });

  it.each([
    ['chart', { kind: 'lines', args: { metric: 'loss' } }],
    ['points', { args: { metric: 'loss' }, low: 0, high: 2 }]
  ])('asks for a %s of its runs', async (method, args) => {
    const { server, store } = made();
    server.on(`POST ${at(`/comparisons/${method}`)}`, () => json({ spec: null }));

    expect(await store.comparisonSource(['r1', 'r2']).ask(method, args)).toEqual({ spec: null });

    expect(server.asked.find(({ path }) => path.endsWith(method))?.body).toEqual({ run_ids: ['r1', 'r2'], ...args });
  });

  it('is arranged as it was, in whichever order its runs are named', () => {
    const { store, state } = made();

    store.comparisonSource(['r1', 'r2']).setState({ baseline: 'r2' });

    expect(made(state).store.comparisonSource(['r2', 'r1']).state).toEqual({ baseline: 'r2' });
  });
});

describe('a model card', () => {
  const base = at('/models/my%20model/versions/3');
  const ready = async () => {
    const all = made();
    all.server.on(`GET ${base}`, () => json({ name: 'my model' }, { ETag: '"1"' }));
    const source = all.store.modelSource('my model', 3);
    await source.ready;
    return { ...all, source };
  };

  it('does what its view asks, and shows what came of it', async () => {
    const { server, source } = await ready();
    server
      .on(`POST ${base}/act`, () => json({ said: 'Done.' }))
      .on(`GET ${base}`, () => json({ name: 'my model', aliases: ['champion'] }));

    const said = await source.ask('act', { action: 'set_alias', args: { alias: 'champion' } });

    expect(said).toEqual({ said: 'Done.' });
    expect(server.asked.find(({ method }) => method === 'POST')?.body).toEqual({
      action: 'set_alias',
      args: { alias: 'champion' }
    });
    await vi.waitFor(() => expect(source.data.aliases).toEqual(['champion']));
  });

  it('compares with another version, and looks at the store again', async () => {
    const { server, source } = await ready();
    server.on(`GET ${base}/differences`, () => json({ before: 2, after: 3 }));

    expect(await source.ask('differences', { version: 2 })).toEqual({ before: 2, after: 3 });
    await source.ask('refresh');

    expect(server.asked.find(({ path }) => path.endsWith('differences'))?.query.toString()).toBe('version=2');
    expect(server.questions.at(-1)).toBe(`GET ${base}`);
  });

  it('follows models, and not runs', async () => {
    const { server, source } = await ready();
    server.on(`GET ${base}`, () => json({ name: 'my model', stage: 'new' }));

    server.tell(news({ runs: null }));
    await settled();
    expect(source.data.stage).toBeUndefined();

    server.tell(news({ models: true }));
    await vi.waitFor(() => expect(source.data.stage).toBe('new'));
  });

  it.each(['load', 'predict'])('cannot %s: that takes a kernel', async method => {
    const { source } = await ready();

    await expect(source.ask(method)).rejects.toThrow('kernel');
  });
});
