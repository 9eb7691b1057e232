/** What changes in stores, as the server tells it over one WebSocket for the whole page. */

import { isRecord, text, texts } from '../views/given';
import type { Requester } from './requester';

/** Something is new in a store. */
export interface StoreChange {
  readonly store: string;
  /** What the store is at; null where nobody tells, and one had better look. */
  readonly revision: string | null;
  /** The runs that are new or changed; null where nobody knows, or they are many. */
  readonly runs: readonly string[] | null;
  readonly experiments: boolean;
  readonly models: boolean;
  /** Why the store cannot be read any more; null while it can. */
  readonly problem: string | null;
}

export type Listener = (change: StoreChange) => void;

const PATH = '/events';
const POLL_MS = 5_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** How long the server may take to show that it is there. */
const ANSWER_MS = 8_000;
/** No store has this id: the server answers at once that it is not open, each time that it is named. */
const NO_STORE = '?';
const OPEN = 1; // WebSocket.OPEN, which a page under test does not have

/**
 * Watches stores.
 *
 * The socket is opened for the first who watches, closed after the last, and opened anew with growing pauses when it
 * breaks. While there is none, who watches is told every few seconds to look. A socket may be dead without being closed,
 * as after a sleep or on another network: when the page is seen again or online again, the server has to answer over it.
 */
export class Events {
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly newest = new Map<string, StoreChange>();
  private readonly connectedListeners = new Set<(connected: boolean) => void>();
  private socket: WebSocket | null = null;
  private isConnected = false;
  private failures = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private poll: ReturnType<typeof setInterval> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private stopNoticing: (() => void) | undefined;

  constructor(private readonly requester: Requester) {}

  /** Whether the server tells of changes by itself; else it is asked now and then. */
  get connected(): boolean {
    return this.isConnected;
  }

  /** Calls back at each change of a store, and once at the beginning; gives the way to stop. */
  watch(store: string, listener: Listener): () => void {
    const own: Listener = change => listener(change); // wrapped, so that one function can watch twice
    const known = this.listeners.get(store);
    if (known) {
      known.add(own);
      const newest = this.newest.get(store);
      if (newest) queueMicrotask(() => known.has(own) && own(newest));
    } else {
      this.listeners.set(store, new Set([own]));
      if (this.socket) this.tellWatched();
      else this.open();
    }
    return () => this.unwatch(store, own);
  }

  /** Calls back when `connected` changed; gives the way to stop. */
  onConnected(changed: (connected: boolean) => void): () => void {
    const own = (connected: boolean): void => changed(connected);
    this.connectedListeners.add(own);
    return () => this.connectedListeners.delete(own);
  }

  /** Names what is watched once more: a store that the server did not know is open now. */
  renew(): void {
    this.tellWatched();
  }

  /** Ends it all. */
  dispose(): void {
    this.listeners.clear();
    this.connectedListeners.clear();
    this.close();
  }

  private unwatch(store: string, own: Listener): void {
    const all = this.listeners.get(store);
    all?.delete(own);
    if (!all || all.size > 0) return;
    this.listeners.delete(store);
    this.newest.delete(store);
    if (this.listeners.size > 0) this.tellWatched();
    else this.close();
  }

  private open(): void {
    if (this.socket || this.listeners.size === 0) return;
    clearTimeout(this.retry);
    this.stopNoticing ??= noticeReturns(this.probe);
    this.poll ??= setInterval(this.askToLook, POLL_MS);
    let socket: WebSocket;
    try {
      socket = this.requester.socket?.(PATH) ?? new WebSocket(this.requester.wsUrl + PATH);
    } catch {
      return this.openLater(); // a page that may open none
    }
    this.socket = socket;
    socket.onopen = () => this.tellWatched();
    socket.onmessage = ({ data }) => {
      if (socket === this.socket) this.hear(data);
    };
    socket.onclose = () => {
      if (socket === this.socket) this.lost();
    };
  }

  /** Makes the server answer, and takes the socket for dead where it does not. */
  private readonly probe = (): void => {
    if (!this.socket) return this.open(); // sooner than it would be
    if (this.socket.readyState !== OPEN || this.silence !== undefined) return;
    this.tellWatched(NO_STORE);
    this.silence = setTimeout(() => {
      const dead = this.socket;
      this.lost();
      dead?.close(); // which may take a minute to say that it is closed
    }, ANSWER_MS);
  };

  private heard(): void {
    clearTimeout(this.silence);
    this.silence = undefined;
  }

  private lost(): void {
    this.heard();
    this.socket = null;
    this.newest.clear();
    this.become(false);
    this.poll ??= setInterval(this.askToLook, POLL_MS);
    this.openLater();
  }

  private openLater(): void {
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** this.failures++, LONGEST_PAUSE_MS);
    // Not all pages of a server that is back at the same moment.
    this.retry = setTimeout(() => this.open(), pause * (0.75 + Math.random() / 2));
  }

  private close(): void {
    this.stopNoticing?.();
    this.stopNoticing = undefined;
    this.heard();
    clearTimeout(this.retry);
    clearInterval(this.poll);
    this.poll = undefined;
    this.newest.clear();
    const { socket } = this;
    this.socket = null;
    socket?.close();
    this.become(false);
  }

  /** `first` comes first, since the server takes in only so many. */
  private tellWatched(...first: readonly string[]): void {
    if (this.socket?.readyState !== OPEN) return;
    this.socket.send(JSON.stringify({ watch: [...first, ...this.listeners.keys()] }));
  }

  private hear(data: unknown): void {
    const change = readChange(data);
    if (!change) return;
    this.heard();
    // Only now: a proxy may take a socket that it has nobody to hand on to.
    this.failures = 0;
    clearInterval(this.poll);
    this.poll = undefined;
    this.become(true);
    if (!this.listeners.has(change.store)) return;
    // Who comes later knows nothing yet, and is told what it is at.
    this.newest.set(change.store, { ...change, runs: null, experiments: true, models: true });
    this.tell(change);
  }

  private readonly askToLook = (): void => {
    for (const store of this.listeners.keys()) {
      this.tell({ store, revision: null, runs: null, experiments: true, models: true, problem: null });
    }
  };

  private tell(change: StoreChange): void {
    for (const listener of [...(this.listeners.get(change.store) ?? [])]) listener(change);
  }

  private become(connected: boolean): void {
    if (connected === this.isConnected) return;
    this.isConnected = connected;
    for (const listener of [...this.connectedListeners]) listener(connected);
  }
}

/** Calls back when the page is seen again, or online again; gives the way to stop. */
function noticeReturns(returned: () => void): () => void {
  if (typeof document === 'undefined') return () => undefined; // a page under test that draws nothing
  const seen = (): void => {
    if (document.visibilityState === 'visible') returned();
  };
  document.addEventListener('visibilitychange', seen);
  window.addEventListener('online', returned);
  return () => {
    document.removeEventListener('visibilitychange', seen);
    window.removeEventListener('online', returned);
  };
}

function readChange(data: unknown): StoreChange | null {
  let message: unknown;
  try {
    message = JSON.parse(String(data));
  } catch {
    return null;
  }
  if (!isRecord(message) || typeof message.store !== 'string') return null;
  const { store, runs } = message;
  return {
    store,
    revision: text(message.revision),
    runs: Array.isArray(runs) ? texts(runs) : null,
    // What is not said may have changed.
    experiments: message.experiments !== false,
    models: message.models !== false,
    problem: text(message.problem)
  };
}
