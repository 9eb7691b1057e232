import { expect, it } from 'vitest';
import { Kept } from '../../src/api/kept';
import { MemoryState } from './made';

it('keeps what was arranged, of each thing by itself', () => {
  const state = new MemoryState();

  new Kept(state, 'run', 'a').set({ log: true });
  new Kept(state, 'run', 'b').set({ log: false });

  expect(new Kept(state, 'run', 'a').get()).toEqual({ log: true });
  expect(new Kept(state, 'table', 'a').get()).toBeNull();
});

it('forgets what was not arranged for long', () => {
  const state = new MemoryState();
  new Kept(state, 'run', 'first').set({ log: true });
  for (let n = 0; n < 29; n++) new Kept(state, 'run', String(n)).set({ n });
  new Kept(state, 'run', 'first').set({ log: false });

  new Kept(state, 'run', 'one more').set({});

  expect(new Kept(state, 'run', 'first').get()).toEqual({ log: false });
  expect(new Kept(state, 'run', '0').get()).toBeNull();
  expect(new Kept(state, 'run', '1').get()).toEqual({ n: 1 });
});

it('leaves out a selection that is too large to be kept', () => {
  const state = new MemoryState();

  new Kept<object>(state, 'table', 'a').set({ selected: Array(1_001).fill('run'), sort: [] });

  expect(new Kept(state, 'table', 'a').get()).toEqual({ sort: [] });
});

it.each([undefined, null, 'text', [], [null], [['a']], [['a', 'b']], { a: {} }])(
  'takes %j, which nobody should have kept, for nothing',
  found => {
    const state = new MemoryState();
    state.set('views.run', found);

    expect(new Kept(state, 'run', 'a').get()).toBeNull();
    new Kept(state, 'run', 'a').set({ log: true });
    expect(new Kept(state, 'run', 'a').get()).toEqual({ log: true });
  }
);

it('keeps nothing where there is no place for it', () => {
  const kept = new Kept(undefined, 'run', 'a');

  kept.set({ log: true });

  expect(kept.get()).toBeNull();
});
