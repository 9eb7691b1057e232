/** What pages are made of: sources that live as long as they, and what is asked for again when its store changed. */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Api } from '../api/api';
import type { Listener, StoreChange } from '../api/events';
import { Looking } from '../api/looking';
import type { ServerInfo, StoreInfo } from '../api/types';
import type { SourceError } from '../views/source';

interface Lasting {
  subscribe(changed: () => void): () => void;
  dispose(): void;
}

/** Makes a source, draws anew when it changed, and ends it with the page or with what it was made of. */
export function useRest<S extends Lasting>(make: () => S, of: readonly unknown[]): S {
  const [, redraw] = useState(0);
  const source = useMemo(make, of);
  useEffect(() => {
    // It may have changed before this effect ran.
    redraw(n => n + 1);
    const stop = source.subscribe(() => redraw(n => n + 1));
    return () => {
      stop();
      source.dispose();
    };
  }, [source]);
  return source;
}

/** What was asked for: the newest answer, and what went wrong since. */
export interface Asked<T> {
  readonly value: T | undefined;
  readonly problem: SourceError | null;
  reload(): void;
}

export interface Asking<T> {
  ask(signal: AbortSignal): Promise<T>;
  /** Tells of changes. */
  watch?(listener: Listener): () => void;
  /** Whether a change may be one of what was asked for. */
  concerns?(change: StoreChange): boolean;
  /** What the question is about: with another of these, the answer is forgotten. */
  of: readonly unknown[];
}

/** Asks, and again after each change that concerns it; what fails and may pass is asked again by itself. */
export function useAsked<T>({ ask, watch, concerns, of }: Asking<T>): Asked<T> {
  const [state, setState] = useState<State<T>>(NOTHING);
  const looking = useRef<Looking | null>(null);
  const newest = useRef({ ask, concerns });
  newest.current = { ask, concerns };
  useEffect(() => {
    setState(NOTHING);
    const made = new Looking({
      look: async signal => {
        const value = await newest.current.ask(signal);
        if (!signal.aborted) setState({ value, problem: null });
      },
      told: problem => setState(before => (before.problem === problem ? before : { ...before, problem }))
    });
    looking.current = made;
    let revision: string | null | undefined;
    let isSent = false;
    const stop = watch?.(change => {
      const isNew = revision !== change.revision || change.revision === null;
      revision = change.revision;
      // What is told before the question is sent is older than the answer.
      if (isSent && isNew && (newest.current.concerns?.(change) ?? true)) made.again(change.problem === null);
    });
    // After what `watch` tells of by itself: see `Events`.
    queueMicrotask(() => {
      isSent = true;
      made.again();
    });
    return () => {
      stop?.();
      made.dispose();
    };
  }, of);
  return { ...state, reload: () => void looking.current?.now() };
}

interface State<T> {
  readonly value: T | undefined;
  readonly problem: SourceError | null;
}

const NOTHING = { value: undefined, problem: null };

/** What the server is; undefined until that is known. */
export function useServer(api: Api): ServerInfo | undefined {
  return useAsked({ ask: signal => api.server(signal), of: [api] }).value;
}

/** What is known of a store; undefined until that is known, and where it is not among those that are open. */
export function useStoreInfo(api: Api, id: string): StoreInfo | undefined {
  const { value } = useAsked({ ask: signal => api.stores(signal), of: [api, id] });
  return value?.find(store => store.id === id);
}
