import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ApiError } from '../../src/api/errors';
import { Looking } from '../../src/api/looking';
import type { SourceError } from '../../src/views/source';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const gone = new ApiError('NO_SERVER', 'gone');
const missing = new ApiError('RESOURCE_DOES_NOT_EXIST', 'no such run', {}, 404);

function made() {
  const signals: AbortSignal[] = [];
  const open: { resolve(): void; reject(reason: unknown): void }[] = [];
  const told: (SourceError | null)[] = [];
  const looking = new Looking({
    look: signal => {
      signals.push(signal);
      return new Promise((resolve, reject) => open.push({ resolve, reject }));
    },
    told: problem => told.push(problem)
  });
  const end = async (reason?: unknown): Promise<void> => {
    if (reason === undefined) open.at(-1)?.resolve();
    else open.at(-1)?.reject(reason);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { looking, signals, told, end, looks: () => open.length };
}

it('looks once at a time, and once more after news that came meanwhile', async () => {
  const { looking, looks, end } = made();

  looking.again();
  looking.again();
  looking.again();
  expect(looks()).toBe(1);

  await end();
  await vi.advanceTimersByTimeAsync(100);
  expect(looks()).toBe(2);

  await end();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(looks()).toBe(2);
});

it('leaves a slow server half of its time', async () => {
  const { looking, looks, end } = made();

  looking.again();
  await vi.advanceTimersByTimeAsync(3_000);
  await end();
  looking.again();
  await vi.advanceTimersByTimeAsync(2_900);
  expect(looks()).toBe(1);

  await vi.advanceTimersByTimeAsync(100);
  expect(looks()).toBe(2);
});

it('tries again after longer and longer pauses while nobody answers', async () => {
  const { looking, looks, end, told } = made();
  looking.again();

  for (const pause of [1, 2, 4, 8, 16, 30, 30]) {
    const before = looks();
    await end(gone);
    looking.again(); // who does not know that there is somebody does not make it sooner
    await vi.advanceTimersByTimeAsync(pause * 1_000 - 1);
    expect(looks()).toBe(before);
    await vi.advanceTimersByTimeAsync(1);
    expect(looks()).toBe(before + 1);
  }

  await end();
  expect(told).toEqual([...Array(7).fill(gone), null]);
});

it('looks at once when somebody is certain that there is an answer', async () => {
  const { looking, looks, end } = made();
  looking.again();
  await end(gone);

  looking.again(true);

  expect(looks()).toBe(2);
});

it('does not ask for the same again where the answer would be the same, until something changes', async () => {
  const { looking, looks, end, told } = made();
  looking.again();
  await end(missing);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(looks()).toBe(1);

  looking.again();
  expect(looks()).toBe(2);
  expect(told).toEqual([missing]);
});

it('looks now, after the look that is under way, and says when it is done', async () => {
  const { looking, looks, end } = made();
  const done = vi.fn();
  looking.again();

  void looking.now().then(done);
  expect(looks()).toBe(1);
  await end();
  expect(looks()).toBe(2);
  expect(done).not.toHaveBeenCalled();

  await end();
  expect(done).toHaveBeenCalled();
});

it('tells what is no error of a source in words', async () => {
  const { looking, end, told } = made();
  looking.again();

  await end(new RangeError('too far'));

  expect(told).toEqual([expect.objectContaining({ code: 'INTERNAL_ERROR', message: 'too far' })]);
});

it('ends with the look that is under way', async () => {
  const { looking, looks, end, signals, told } = made();
  looking.again();

  looking.dispose();
  await end(gone);
  looking.again(true);
  await looking.now();
  await vi.advanceTimersByTimeAsync(60_000);

  expect(signals[0]?.aborted).toBe(true);
  expect([looks(), told]).toEqual([1, []]);
});
