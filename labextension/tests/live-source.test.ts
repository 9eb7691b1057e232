import { describe, expect, it, vi } from 'vitest';
import { LiveSource, type Options, type Payload } from '../src/lab/live-source';
import { SourceError } from '../src/views/source';
import { FakeModel } from './fake-model';

interface Data {
  rows: number[];
  reduced?: object;
}
interface State {
  sort?: string;
  selected?: number;
}

const payload = (more: Partial<Payload<Data, State>> = {}): Payload<Data, State> => ({
  version: 1,
  kind: 'runs',
  model_id: 'm',
  data: { rows: [1] },
  state: {},
  revision: 0,
  ...more
});
const source = (kept = payload(), options: Partial<Options<Data>> = {}): LiveSource<Data, State> =>
  new LiveSource(kept, { vega: async () => null, complain: () => undefined, ...options });
const model = (traits: { state?: State; revision?: number } = {}): FakeModel =>
  new FakeModel({ state: {}, revision: 0, ...traits });
const settled = (): Promise<void> => new Promise(resolve => setTimeout(resolve));

describe('saved', () => {
  it('has what the notebook kept, and nobody to ask', async () => {
    const saved = source();

    expect(saved.mode).toBe('saved');
    expect(saved.data.rows).toEqual([1]);
    await expect(saved.ask('data')).rejects.toMatchObject({ code: 'NO_KERNEL' });
  });

  it('keeps what the user arranges, and tells of it', () => {
    const saved = source(payload({ state: { selected: 3 } }));
    const changed = vi.fn();
    const stop = saved.subscribe(changed);

    saved.setState({ sort: 'loss' });
    stop();
    saved.setState({ sort: 'lr' });

    expect(saved.state).toEqual({ sort: 'lr', selected: 3 });
    expect(changed).toHaveBeenCalledTimes(1);
  });

  it('takes newer data of an updated display, under what the user arranged', () => {
    const saved = source();
    saved.setState({ sort: 'loss' });

    saved.keep(payload({ data: { rows: [1, 2] }, state: { sort: 'lr', selected: 1 }, revision: 1 }));
    saved.keep(payload({ data: { rows: [9] }, revision: 0 }));

    expect(saved.data.rows).toEqual([1, 2]);
    expect(saved.state).toEqual({ sort: 'loss', selected: 1 });
  });
});

describe('going live', () => {
  it('asks for nothing where the notebook has it all', () => {
    const kernel = model();

    source().connect(kernel);

    expect(kernel.sent).toEqual([]);
  });

  it.each([
    ['old', payload(), { revision: 1 }],
    ['only a part', payload({ data: { rows: [1], reduced: { rows: [1, 2] } } }), { revision: 0 }]
  ])('asks for the data where those at hand are %s', async (_, kept, traits) => {
    const [live, kernel] = [source(kept), model(traits)];

    live.connect(kernel);
    expect(live.data.rows).toEqual([1]); // until the kernel has time
    kernel.answer({ revision: traits.revision, data: { rows: [1, 2] } });
    await settled();

    expect(kernel.sent.map(({ ask }) => ask)).toEqual(['data']);
    expect(live.data).toEqual({ rows: [1, 2] });
  });

  it('takes the arrangement of Python, but for what the user did meanwhile', () => {
    const [live, kernel] = [source(), model({ state: { sort: 'python', selected: 7 } })];
    live.setState({ sort: 'user' });

    live.connect(kernel);

    expect(live.state).toEqual({ sort: 'user', selected: 7 });
    expect(kernel.get('state')).toEqual({ sort: 'user', selected: 7 });
    expect(kernel.saves).toBe(1);
  });

  it('does it once for one model', () => {
    const [live, kernel] = [source(), model({ revision: 1 })];

    live.connect(kernel);
    live.connect(kernel);

    expect(kernel.sent).toHaveLength(1);
  });
});

describe('live', () => {
  it('is changed by both sides', () => {
    const [live, kernel] = [source(), model()];
    live.connect(kernel);

    kernel.set('state', { selected: 2 });
    live.setState({ sort: 'loss' });

    expect(live.state).toEqual({ sort: 'loss', selected: 2 });
    expect(kernel.get('state')).toEqual({ sort: 'loss', selected: 2 });
  });

  it('takes pushed data, in order', () => {
    const [live, kernel] = [source(), model()];
    live.connect(kernel);

    kernel.tell({ event: 'data', revision: 2, data: { rows: { $buffer: 0, type: 'f64' } } }, [
      new Float64Array([5]).buffer
    ]);
    kernel.tell({ event: 'data', revision: 1, data: { rows: [4] } });

    expect(live.data.rows).toEqual(new Float64Array([5]));
  });

  it('takes changes where they fit, and else asks for the whole', () => {
    const patch = (data: Data, rows: unknown): Data => ({ rows: [...data.rows, ...(rows as number[])] });
    const [live, kernel] = [source(payload(), { patch }), model()];
    live.connect(kernel);

    kernel.tell({ event: 'patch', base: 0, revision: 1, patch: [2] });
    kernel.set('revision', 1);
    expect(live.data.rows).toEqual([1, 2]);
    expect(kernel.sent).toEqual([]);

    kernel.tell({ event: 'patch', base: 5, revision: 6, patch: [7] });
    kernel.set('revision', 6);
    expect(live.data.rows).toEqual([1, 2]);
    expect(kernel.sent.map(({ ask }) => ask)).toEqual(['data']);
  });

  it('gives answers to those who asked', async () => {
    const [live, kernel] = [source(), model()];
    live.connect(kernel);

    const [first, second] = [live.ask('a', { x: 1 }), live.ask('b')];
    kernel.answer('B');
    kernel.tell({ id: kernel.sent[0]?.id, answer: 'A' });
    kernel.tell({ id: -1, answer: 'of another page' });

    expect(await Promise.all([first, second])).toEqual(['A', 'B']);
    expect(kernel.sent[0]).toMatchObject({ ask: 'a', args: { x: 1 } });
  });

  it('gives errors as Python words them', async () => {
    const [live, kernel] = [source(), model()];
    live.connect(kernel);

    const asked = live.ask('filter');
    kernel.tell({ id: kernel.sent[0]?.id, error: { code: 'INVALID_FILTER', message: 'no such', position: 4 } });

    await expect(asked).rejects.toEqual(new SourceError('INVALID_FILTER', 'no such', { position: 4 }));
    await expect(asked).rejects.toMatchObject({ code: 'INVALID_FILTER', details: { position: 4 } });
  });

  it('lets go of a question that is aborted', async () => {
    const [live, kernel] = [source(), model()];
    live.connect(kernel);
    const ending = new AbortController();

    const asked = live.ask('slow', {}, ending.signal);
    ending.abort(new Error('enough'));

    await expect(asked).rejects.toThrow('enough');
    await expect(live.ask('again', {}, ending.signal)).rejects.toThrow('enough');
    expect(kernel.sent).toHaveLength(1);
  });
});

describe('the end of a kernel', () => {
  it('leaves the newest data and arrangement, rejects what was asked, and hears no more', async () => {
    const [live, kernel] = [source(), model({ state: { selected: 1 } })];
    live.connect(kernel);
    kernel.tell({ event: 'data', revision: 1, data: { rows: [8] } });
    const asked = live.ask('slow');

    live.disconnect();
    kernel.tell({ event: 'data', revision: 2, data: { rows: [9] } });
    kernel.set('state', {});

    await expect(asked).rejects.toMatchObject({ code: 'NO_KERNEL' });
    expect(live.mode).toBe('saved');
    expect(live.data.rows).toEqual([8]);
    expect(live.state).toEqual({ selected: 1 });
    expect(kernel.listeners).toBe(0);
  });

  it('says why data could not be had, unless it ended meanwhile', async () => {
    const complain = vi.fn();
    const [live, kernel] = [source(payload(), { complain }), model({ revision: 1 })];

    live.connect(kernel);
    live.disconnect();
    await settled();
    expect(complain).not.toHaveBeenCalled();

    live.connect(kernel);
    kernel.tell({ id: kernel.sent.at(-1)?.id, error: { code: 'INTERNAL_ERROR', message: 'broken' } });
    await settled();
    expect(complain).toHaveBeenCalledOnce();
    expect(live.data.rows).toEqual([1]);
  });
});

it('leaves the model at hand when the output shows another widget', async () => {
  const [live, old, next] = [source(), model({ revision: 5 }), model()];
  live.connect(old);

  live.keep(payload({ model_id: 'other', data: { rows: [7] } }));
  old.tell({ event: 'data', revision: 6, data: { rows: [1, 2] } });
  live.connect(next);
  await settled();

  expect(live.data.rows).toEqual([7]);
  expect(old.listeners).toBe(0);
  expect(next.sent).toEqual([]);
});
