/** Where stores are that were opened: a server that was started anew knows only its own, and is told of the others. */

import type { StateStore } from '../shell';
import { isRecord, list } from '../views/given';
import { ApiError } from './errors';
import type { Http } from './http';
import type { StoreInfo, StorePlace } from './types';

const KEY = 'stores.places';
const MOST = 20;

/** Opens stores, and opens them again. */
export class Places {
  private readonly known = new Map<string, StorePlace>();
  private readonly opening = new Map<string, Promise<boolean>>();

  constructor(
    private readonly http: Http,
    private readonly state: StateStore | undefined
  ) {
    for (const entry of list(state?.get(KEY))) {
      const [id, place] = list(entry);
      if (typeof id === 'string' && isPlace(place)) this.known.set(id, place);
    }
  }

  /** Has a store opened. */
  async open(place: StorePlace, signal?: AbortSignal): Promise<StoreInfo> {
    const found = await this.http.ask<StoreInfo>('POST', '/stores', { body: place, signal });
    this.remember(found.id, place);
    return found;
  }

  /** Asks; where the answer is that the store is not open, has it opened and asks once more. */
  async asking<T>(id: string, ask: () => Promise<T>, opened: () => void): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      const isClosed = error instanceof ApiError && error.details.store_id === id;
      if (!isClosed || !(await this.again(id))) throw error;
      opened();
      return await ask();
    }
  }

  /** Has a store opened again, once for all who ask meanwhile; tells whether it is. */
  private again(id: string): Promise<boolean> {
    const place = this.known.get(id);
    if (!place) return Promise.resolve(false);
    const opening =
      this.opening.get(id) ??
      this.http
        .ask<StoreInfo>('POST', '/stores', { body: place })
        .then(
          found => found.id === id, // a notebook may log elsewhere by now
          () => false
        )
        .finally(() => this.opening.delete(id));
    this.opening.set(id, opening);
    return opening;
  }

  private remember(id: string, place: StorePlace): void {
    this.known.delete(id);
    this.known.set(id, place);
    this.state?.set(KEY, [...this.known].slice(-MOST));
  }
}

function isPlace(found: unknown): found is StorePlace {
  return isRecord(found) && (typeof found.path === 'string' || typeof found.notebook === 'string');
}
