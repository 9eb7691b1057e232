import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Events, type StoreChange } from '../../src/api/events';
import { FakeServer } from './fake-server';

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0.5); // pauses are as long as they are by themselves
});
afterEach(() => vi.useRealTimers());

function watching(...stores: string[]) {
  const server = new FakeServer();
  const events = new Events(server);
  const told: StoreChange[] = [];
  const stops = stores.map(store => events.watch(store, change => told.push(change)));
  return { server, events, told, stops };
}

const socket = (server: FakeServer) => server.sockets.at(-1) ?? expect.fail('no socket was opened');

describe('one socket', () => {
  it('is opened for the first who watches, and tells the server what all of them watch', () => {
    const { server, events, stops } = watching('a', 'b', 'a');

    socket(server).open();
    stops[1]?.();
    events.watch('c', () => undefined);

    expect(server.sockets).toHaveLength(1);
    expect(socket(server).url).toBe('ws://server/nbflow/api/events');
    expect(socket(server).sent).toEqual([{ watch: ['a', 'b'] }, { watch: ['a'] }, { watch: ['a', 'c'] }]);
  });

  it('is closed after the last', () => {
    const { server, stops } = watching('a', 'b');
    socket(server).open();

    for (const stop of stops) stop();

    expect(socket(server).readyState).toBe(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('tells who watches a store of it, and of no other', () => {
    const { server, told } = watching('a');

    server.tell({ store: 'a', revision: '7', runs: ['r'], experiments: false, models: false });
    server.tell({ store: 'b', revision: '8' });

    expect(told).toEqual([
      { store: 'a', revision: '7', runs: ['r'], experiments: false, models: false, problem: null }
    ]);
  });

  it('tells who comes later what the store is at', async () => {
    const { server, events } = watching('a');
    server.tell({ store: 'a', revision: '7', runs: ['r'], experiments: false, models: false });
    const later = vi.fn();

    events.watch('a', later);
    await Promise.resolve();

    expect(later).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ revision: '7', runs: null, experiments: true, models: true })
    );
  });

  it('hears why a store cannot be read', () => {
    const { server, told } = watching('a');

    server.tell({ store: 'a', problem: 'Its folder is gone.' });

    expect(told).toEqual([expect.objectContaining({ problem: 'Its folder is gone.', revision: null })]);
  });

  it('does not mind what is no message', () => {
    const { server, told } = watching('a');

    for (const data of ['', '{', 'null', '[]', '{"revision": "1"}', '{"store": 1}'])
      socket(server).onmessage?.({ data });

    expect(told).toEqual([]);
  });
});

describe('without a socket', () => {
  it('tells to look every five seconds, until the server speaks', () => {
    const { server, told, events } = watching('a');

    vi.advanceTimersByTime(10_000);
    expect(told).toEqual(Array(2).fill(expect.objectContaining({ store: 'a', revision: null, runs: null })));
    expect(events.connected).toBe(false);

    server.tell({ store: 'a', revision: '1' });
    vi.advanceTimersByTime(60_000);
    expect(told).toHaveLength(3);
    expect(events.connected).toBe(true);
  });

  it('tries again after longer and longer pauses', () => {
    const { server } = watching('a');
    const pauses: number[] = [];

    for (let time = 0; pauses.length < 7; time += 500) {
      const before = server.sockets.length;
      if (socket(server).readyState !== 3) socket(server).close();
      vi.advanceTimersByTime(500);
      if (server.sockets.length > before) pauses.push(time + 500);
    }

    const steps = pauses.map((pause, i) => pause - (pauses[i - 1] ?? 0));
    expect(steps).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('begins anew with short pauses once the server spoke, and watches the same', () => {
    const { server, events } = watching('a');
    const connected: boolean[] = [];
    events.onConnected(is => connected.push(is));
    socket(server).close();
    vi.advanceTimersByTime(1_000);
    server.tell({ store: 'a', revision: '1' });

    socket(server).close();
    vi.advanceTimersByTime(1_000);
    server.tell({ store: 'a', revision: '2' });

    expect(server.sockets).toHaveLength(3);
    expect(socket(server).sent).toEqual([{ watch: ['a'] }]);
    expect(connected).toEqual([true, false, true]);
  });

  it('goes on where a page may open none', () => {
    const server = new FakeServer();
    vi.spyOn(server, 'socket').mockImplementation(() => {
      throw new DOMException('not here', 'SecurityError');
    });
    const told = vi.fn();

    new Events(server).watch('a', told);
    vi.advanceTimersByTime(5_000);

    expect(told).toHaveBeenCalledOnce();
  });

  it('ends when it is disposed', () => {
    const { events, told, server } = watching('a');

    events.dispose();
    vi.advanceTimersByTime(60_000);

    expect(told).toEqual([]);
    expect(server.sockets).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a page that is seen again', () => {
  const page = (visibilityState: string) => {
    const made = Object.assign(new EventTarget(), { visibilityState });
    vi.stubGlobal('document', made);
    vi.stubGlobal('window', made);
    return made;
  };
  afterEach(() => vi.unstubAllGlobals());

  it('keeps a socket over which the server answers', () => {
    const seen = page('visible');
    const { server, events, told } = watching('a');
    server.tell({ store: 'a', revision: '1' });

    seen.dispatchEvent(new Event('visibilitychange'));
    server.tell({ store: '?', problem: 'It is not open.' });
    vi.advanceTimersByTime(60_000);

    expect(socket(server).sent).toEqual([{ watch: ['a'] }, { watch: ['?', 'a'] }]);
    expect(server.sockets).toHaveLength(1);
    expect(events.connected).toBe(true);
    expect(told).toHaveLength(1);
  });

  it('leaves a socket over which nothing comes, for another', () => {
    const seen = page('visible');
    const { server, events } = watching('a');
    server.tell({ store: 'a', revision: '1' });
    const dead = socket(server);

    seen.dispatchEvent(new Event('online'));
    vi.advanceTimersByTime(8_000);
    expect(events.connected).toBe(false);
    expect(dead.readyState).toBe(3);
    vi.advanceTimersByTime(1_000);
    server.tell({ store: 'a', revision: '2' });

    expect(server.sockets).toHaveLength(2);
    expect(events.connected).toBe(true);
  });

  it('does not wait for the end of a pause', () => {
    const seen = page('visible');
    const { server } = watching('a');
    socket(server).close();

    seen.dispatchEvent(new Event('online'));

    expect(server.sockets).toHaveLength(2);
  });

  it('asks nothing while it is hidden, and nothing after the end', () => {
    const seen = page('hidden');
    const { server, events } = watching('a');
    server.tell({ store: 'a', revision: '1' });

    seen.dispatchEvent(new Event('visibilitychange'));
    events.dispose();
    seen.dispatchEvent(new Event('online'));

    expect(socket(server).sent).toEqual([{ watch: ['a'] }]);
    expect(server.sockets).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
