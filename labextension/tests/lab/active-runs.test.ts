import { Signal } from '@lumino/signaling';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ApiError } from '../../src/api/errors';
import type { Listener } from '../../src/api/events';
import type { ActiveRun } from '../../src/api/types';
import { ActiveRuns, type RunsOf } from '../../src/lab/active-runs';
import type { Services } from '../../src/shell';

const RUN: ActiveRun = { run_id: 'a'.repeat(32), name: 'fit', status: 'RUNNING', start_time: 1000, experiment_id: '0' };
const CHANGE = { store: 's', revision: '2', runs: null, experiments: false, models: false, problem: null };

/** A notebook with a kernel, and a server that says which runs are active. */
function stage(kernel: string | null = 'k1') {
  const asked: string[] = [];
  const listeners = new Set<Listener>();
  let runs: readonly ActiveRun[] = [];
  let failure: unknown = null;
  let held: Promise<void> = Promise.resolve();
  const owner = {};
  const panel = {
    context: { path: 'drive:a/n.ipynb', ready: Promise.resolve(), pathChanged: new Signal<object, string>(owner) },
    sessionContext: {
      ready: Promise.resolve(),
      session: kernel === null ? null : { kernel: { id: kernel } },
      kernelChanged: new Signal<object, unknown>(owner)
    }
  };
  const api = {
    open: async ({ notebook }: { notebook: string }) => {
      asked.push(`open ${notebook}`);
      if (failure) throw failure;
      return { id: `store of ${notebook}` };
    },
    store: (id: string) => ({
      watch: (listener: Listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      activeRuns: async (notebook: string, of: string) => {
        asked.push(`runs of ${notebook} ${of} in ${id}`);
        const answer = runs;
        await held;
        return answer;
      }
    })
  };
  const services = async () => ({ api }) as unknown as Services;
  const active = new ActiveRuns(panel as unknown as RunsOf, services, path => path.replace(/^drive:/, ''));
  const tell = (): void => {
    for (const listener of listeners) listener(CHANGE);
  };
  return {
    active,
    asked,
    listeners,
    panel,
    tell,
    /** Lets no answer through before it is called. */
    hold: () => {
      let release: () => void = () => undefined;
      held = new Promise(resolve => {
        release = resolve;
      });
      return () => release();
    },
    fail: (error: unknown) => {
      failure = error;
    },
    start: (...started: ActiveRun[]) => {
      runs = started;
    }
  };
}

const settle = () => vi.advanceTimersByTimeAsync(2000);

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the active runs of a notebook', () => {
  test('are asked for by its path and its kernel, in the store it logs to', async () => {
    const { active, asked, start } = stage();
    start(RUN);

    active.wake();
    await settle();

    expect(asked).toEqual(['open a/n.ipynb', 'runs of a/n.ipynb k1 in store of a/n.ipynb']);
    expect(active.runs).toEqual([RUN]);
  });

  test('are not asked for before somebody sees them', async () => {
    const { asked } = stage();

    await settle();

    expect(asked).toEqual([]);
  });

  test('are not asked for where there is no kernel', async () => {
    const { active, asked } = stage(null);

    active.wake();
    await settle();

    expect(asked).toEqual([]);
  });

  test('are asked for again when the store changes, and once for many changes', async () => {
    const { active, asked, start, tell } = stage();
    active.wake();
    await settle();
    asked.length = 0;
    start(RUN);

    for (let i = 0; i < 20; i++) tell();
    await settle();

    expect(asked).toHaveLength(1);
    expect(active.runs).toEqual([RUN]);
  });

  test('are asked for again when the store changes before the answer is there', async () => {
    const { active, asked, hold, start, tell } = stage();
    const release = hold();
    active.wake();
    await settle();
    start(RUN);

    tell();
    await settle();
    release();
    await settle();

    expect(asked.slice(1)).toHaveLength(2);
    expect(active.runs).toEqual([RUN]);
  });

  test('are those of another kernel, where it changes before the answer is there', async () => {
    const { active, asked, hold, panel, start } = stage();
    const release = hold();
    start(RUN);
    active.wake();
    await settle();
    start();

    const seen = vi.fn();
    active.changed.connect(seen);
    panel.sessionContext.session = { kernel: { id: 'k2' } };
    panel.sessionContext.kernelChanged.emit(null);
    await settle();
    release();
    await settle();

    expect(asked.at(-1)).toBe('runs of a/n.ipynb k2 in store of a/n.ipynb');
    expect(seen).not.toHaveBeenCalled();
  });

  test('are asked for again a while after their store was not found', async () => {
    const { active, asked, fail, start } = stage();
    fail(new ApiError('TEMPORARILY_UNAVAILABLE', 'busy', {}, 503));
    start(RUN);
    active.wake();
    await settle();
    expect(asked).toHaveLength(1);

    fail(null);
    await vi.advanceTimersByTimeAsync(10_000);

    expect(active.runs).toEqual([RUN]);
  });

  test('wait while nobody sees them', async () => {
    const { active, asked, tell } = stage();
    active.wake();
    await settle();
    active.rest();
    asked.length = 0;

    tell();
    await settle();
    expect(asked).toEqual([]);

    active.wake();
    await settle();
    expect(asked).toHaveLength(1);
  });

  test('begin with the newest', async () => {
    const { active, start } = stage();
    const newer = { ...RUN, run_id: 'b', start_time: 2000 };
    start(RUN, newer);

    active.wake();
    await settle();

    expect(active.runs).toEqual([newer, RUN]);
  });

  test('are those of another store after the notebook was moved', async () => {
    const { active, asked, listeners, panel } = stage();
    active.wake();
    await settle();
    asked.length = 0;

    panel.context.path = 'drive:b/n.ipynb';
    panel.context.pathChanged.emit('b/n.ipynb');
    await settle();

    expect(asked).toEqual(['open b/n.ipynb', 'runs of b/n.ipynb k1 in store of b/n.ipynb']);
    expect(listeners.size).toBe(1);
  });

  test('are forgotten with the kernel', async () => {
    const { active, panel, start } = stage();
    start(RUN);
    active.wake();
    await settle();
    start();

    panel.sessionContext.kernelChanged.emit(null);

    expect(active.runs).toEqual([]);
  });

  test('are asked for once of a server without nbflow', async () => {
    const { active, asked, fail, panel } = stage();
    fail(new ApiError('UNKNOWN', 'not found', {}, 404));
    active.wake();
    await settle();

    panel.sessionContext.kernelChanged.emit(null);
    await settle();

    expect(asked).toEqual(['open a/n.ipynb']);
  });

  test('are heard of no more after the end', async () => {
    const { active, asked, listeners, panel } = stage();
    active.wake();
    await settle();
    asked.length = 0;

    active.dispose();
    panel.sessionContext.kernelChanged.emit(null);
    await settle();

    expect(asked).toEqual([]);
    expect(listeners.size).toBe(0);
  });
});
