/** One server: its stores, and what is the user's. The only part of the page that knows addresses is this folder. */

import type { StateStore } from '../shell';
import type { Vega } from '../views/source';
import { Events } from './events';
import { Http, part } from './http';
import { Places } from './places';
import type { Requester } from './requester';
import { StoreApi } from './store-api';
import type { SavedLayouts, ServerInfo, StoreInfo, StorePlace } from './types';

export interface ApiOptions {
  /** Loads what draws charts; without it, pictures stay out. */
  vega?(): Promise<Vega | null>;
  /** Where what the user arranged is kept; without it, nowhere. */
  readonly state?: StateStore;
}

/** The API of a server. */
export class Api {
  readonly events: Events;
  readonly layouts: LayoutsApi;
  private readonly http: Http;
  private readonly places: Places;
  private readonly opened = new Map<string, StoreApi>();

  constructor(
    requester: Requester,
    private readonly options: ApiOptions = {}
  ) {
    this.http = new Http(requester);
    this.events = new Events(requester);
    this.layouts = new LayoutsApi(this.http);
    this.places = new Places(this.http, options.state);
  }

  /** What the server is, and who asks. */
  server(signal?: AbortSignal): Promise<ServerInfo> {
    return this.http.ask('GET', '/server', { signal });
  }

  /** The stores that the server has open. */
  async stores(signal?: AbortSignal): Promise<readonly StoreInfo[]> {
    const { stores } = await this.http.ask<{ stores: readonly StoreInfo[] }>('GET', '/stores', { signal });
    return stores;
  }

  /** Has a store opened: by its path, or as the one that a notebook logs to. */
  open(place: StorePlace, signal?: AbortSignal): Promise<StoreInfo> {
    return this.places.open(place, signal);
  }

  /** The API of a store. */
  store(id: string): StoreApi {
    const known = this.opened.get(id);
    if (known) return known;
    const { vega, state } = this.options;
    const made = new StoreApi(id, {
      http: this.http,
      events: this.events,
      layouts: this.layouts,
      places: this.places,
      vega: vega ?? (async () => null),
      ...(state && { state })
    });
    this.opened.set(id, made);
    return made;
  }

  /** Ends what listens to the server. */
  dispose(): void {
    this.events.dispose();
  }
}

/** The user's saved layouts of tables. */
export class LayoutsApi {
  constructor(private readonly http: Http) {}

  all(signal?: AbortSignal): Promise<SavedLayouts> {
    return this.http.ask('GET', '/layouts', { signal });
  }

  save(name: string, layout: object, signal?: AbortSignal): Promise<SavedLayouts> {
    return this.http.ask('PUT', `/layouts/${part(name)}`, { body: { layout }, signal });
  }

  delete(name: string, signal?: AbortSignal): Promise<SavedLayouts> {
    return this.http.ask('DELETE', `/layouts/${part(name)}`, { signal });
  }

  /** Notes which one the next table begins with; null is none. */
  use(name: string | null, signal?: AbortSignal): Promise<SavedLayouts> {
    return this.http.ask('POST', '/layouts', { body: { name }, signal });
  }
}
