/** Which store the panel shows: the one of the notebook in front, until somebody chooses another. */

import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { ServerInfo, StoreInfo } from '../api/types';
import type { Services } from '../shell';
import {
  type KeptStore,
  RECENT_KEY,
  type Recent,
  readRecents,
  readStore,
  STORE_KEY,
  useKept,
  withRecent
} from './kept';

export interface StoreChoice {
  readonly server: ServerInfo | null;
  /** Those the server has open. */
  readonly stores: readonly StoreInfo[];
  /** Those that were open once, and are not now. */
  readonly recent: readonly Recent[];
  readonly current: StoreInfo | null;
  /** Whether the panel follows the notebook in front. */
  readonly follows: boolean;
  /** Whether the store is the one that the notebook in front logs to. */
  readonly isNotebooks: boolean;
  /** Whether there is a notebook in front. */
  readonly hasNotebook: boolean;
  readonly error: unknown;
  choose(store: StoreInfo): void;
  /** Opens a folder; rejects where that is no store and cannot become one. */
  open(path: string): Promise<void>;
  follow(): void;
  reload(): void;
  /** Says that something could not be done. */
  fail(error: unknown): void;
}

interface Found {
  readonly server: ServerInfo | null;
  readonly stores: readonly StoreInfo[];
  readonly current: StoreInfo | null;
  readonly notebooks: StoreInfo | null;
  readonly error: unknown;
}

const NOTHING: Found = { server: null, stores: [], current: null, notebooks: null, error: null };

/** Finds the store, and keeps what was chosen. */
export function useStore(services: Services): StoreChoice {
  const { api, shell, state } = services;
  const [kept, setKept] = useKept(state, STORE_KEY, readStore);
  const [recents, setRecents] = useKept(state, RECENT_KEY, readRecents);
  const [folder, setFolder] = useState(() => shell.notebookFolder());
  const [found, setFound] = useState(NOTHING);
  const [tries, setTries] = useState(0);
  const latest = useRef(kept);
  latest.current = kept;
  useEffect(() => shell.onNotebookChanged(() => setFolder(shell.notebookFolder())), [shell]);
  useEffect(() => {
    const stop = new AbortController();
    settle(services, folder, latest.current, stop.signal).then(
      now => {
        if (!stop.signal.aborted) setFound(now);
      },
      (error: unknown) => {
        if (!stop.signal.aborted) setFound(before => ({ ...before, error }));
      }
    );
    return () => stop.abort();
  }, [services, folder, kept.follows, tries]);
  const { current, stores } = found;
  useEffect(() => {
    if (!current) return;
    shell.onStoreChosen?.(current);
    const { id, name, path } = current;
    if (recents[0]?.id !== id) setRecents(withRecent(recents, current));
    const chosen = latest.current.chosen;
    if (chosen?.id !== id) setKept({ chosen: { id, name, path }, follows: latest.current.follows });
  }, [current?.id]);
  const choose = (store: StoreInfo) => {
    const { id, name, path } = store;
    setKept({ chosen: { id, name, path }, follows: false });
    setFound(before => ({ ...before, current: store, error: null }));
  };
  const reload = useCallback(() => setTries(n => n + 1), []);
  return {
    ...found,
    recent: recents.filter(({ id }) => !stores.some(store => store.id === id)),
    follows: kept.follows,
    isNotebooks: current !== null && found.notebooks?.id === current.id,
    hasNotebook: folder !== null,
    choose,
    open: async path => {
      const store = await api.open({ path });
      choose(store);
      reload();
    },
    follow: () => {
      setKept({ ...kept, follows: true });
      reload();
    },
    reload,
    fail: error => setFound(before => ({ ...before, error }))
  };
}

async function settle({ api }: Services, folder: string | null, kept: KeptStore, signal: AbortSignal): Promise<Found> {
  const [server, open] = await Promise.all([api.server(signal), api.stores(signal)]);
  // Without a notebook in front, and without a store, it is that of the server's own folder.
  const asks = folder !== null || (!open.length && !server.alone);
  let error: unknown = null;
  const notebooks = asks
    ? await api.open({ notebook: folder ?? '' }, signal).catch((reason: unknown) => {
        error = reason;
        return null;
      })
    : null;
  signal.throwIfAborted();
  const stores = notebooks && !open.some(({ id }) => id === notebooks.id) ? [...open, notebooks] : open;
  if (kept.follows && notebooks && folder !== null)
    return { server, stores, notebooks, current: notebooks, error: null };
  const { chosen } = kept;
  let current = chosen ? (stores.find(({ id }) => id === chosen.id) ?? null) : null;
  if (!current && chosen && server.open_stores) {
    current = await api.open({ path: chosen.path }, signal).catch((reason: unknown) => {
      error = reason;
      return null;
    });
  }
  current ??= notebooks ?? stores[0] ?? null;
  const others = stores.filter(({ id }) => id !== current?.id);
  return {
    server,
    // One that was opened just now was not open when that was asked.
    stores: current && others.length === stores.length ? [...stores, current] : stores,
    notebooks,
    current,
    error: current ? null : error
  };
}
