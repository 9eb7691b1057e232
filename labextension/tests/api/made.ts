/** An API over a fake server, and a place where arrangements are kept. */
import { Api } from '../../src/api/api';
import type { StateStore } from '../../src/shell';
import { FakeServer } from './fake-server';

/** A store of arrangements that lasts as long as the test. */
export class MemoryState implements StateStore {
  readonly values = new Map<string, unknown>();

  get(key: string): unknown {
    return this.values.get(key);
  }

  set(key: string, value: unknown): void {
    this.values.set(key, structuredClone(value)); // only what is plain can be kept
  }
}

export const STORE = '0123456789abcdef';

export function made(state = new MemoryState()) {
  const server = new FakeServer();
  const api = new Api(server, { state });
  return { server, api, state, store: api.store(STORE) };
}

export const at = (path: string): string => `/stores/${STORE}${path}`;
