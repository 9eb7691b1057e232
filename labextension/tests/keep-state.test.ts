import { beforeEach, expect, it, vi } from 'vitest';
import { StateKeeper } from '../src/lab/keep-state';

const MIME = 'application/vnd.nbflow.runs.v1+json';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('window', globalThis);
});

const output = () => ({
  trusted: true,
  metadata: {},
  data: { [MIME]: { version: 1, data: 'kept', state: { sort: 'a' } }, 'text/plain': 'runs' },
  setData: vi.fn()
});

it('writes the newest state once, when the user pauses', () => {
  const [keeper, model] = [new StateKeeper(MIME), output()];

  keeper.soon(model, { sort: 'b' });
  keeper.soon(model, { sort: 'c' });
  vi.runAllTimers();

  expect(model.setData).toHaveBeenCalledExactlyOnceWith({
    data: { [MIME]: { version: 1, data: 'kept', state: { sort: 'c' } }, 'text/plain': 'runs' }
  });
});

it.each([
  ['the same', { sort: 'a' }],
  ['too large for a notebook', { selected: Array.from({ length: 50_000 }, (_, i) => i) }]
])('leaves a state that is %s', (_, state) => {
  const [keeper, model] = [new StateKeeper(MIME), output()];

  keeper.soon(model, state);
  vi.runAllTimers();

  expect(model.setData).not.toHaveBeenCalled();
});

it('writes at once what waits when the notebook is saved, and not again', () => {
  const [keeper, model] = [new StateKeeper(MIME), output()];

  keeper.now();
  expect(model.setData).not.toHaveBeenCalled();
  keeper.soon(model, { sort: 'b' });
  keeper.now();
  expect(model.setData).toHaveBeenCalledOnce();
  vi.runAllTimers();
  keeper.now();

  expect(model.setData).toHaveBeenCalledOnce();
});

it('writes nothing once it is stopped', () => {
  const [keeper, model] = [new StateKeeper(MIME), output()];

  keeper.soon(model, { sort: 'b' });
  keeper.stop();
  vi.runAllTimers();

  expect(model.setData).not.toHaveBeenCalled();
});
