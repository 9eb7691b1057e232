/** The versions of the models that are open in the tree. */

import { useEffect, useRef, useState } from 'preact/hooks';
import type { StoreApi } from '../api/store-api';
import type { Version } from '../api/types';

/** Null: not there yet. */
export type Versions = ReadonlyMap<string, readonly Version[] | Error | null>;

/** Asks for the versions of some models, and again when `tick` changes. What was known stays until then. */
export function useVersions(api: StoreApi, names: readonly string[], tick: number): Versions {
  const [found, setFound] = useState<Versions>(new Map());
  const asked = useRef<{ api: StoreApi; tick: number; names: Set<string> } | null>(null);
  const key = JSON.stringify(names);
  useEffect(() => {
    if (asked.current?.api !== api) setFound(new Map());
    if (asked.current?.api !== api || asked.current.tick !== tick) asked.current = { api, tick, names: new Set() };
    const { names: known } = asked.current;
    const mine = asked.current;
    const told = (name: string, what: readonly Version[] | Error) => {
      if (asked.current === mine) setFound(before => new Map(before).set(name, what));
    };
    for (const name of names) {
      if (known.has(name)) continue;
      known.add(name);
      api.model(name).then(
        ({ version_list }) => told(name, version_list),
        (error: unknown) => {
          known.delete(name); // who opens it again asks again
          told(name, error instanceof Error ? error : new Error(String(error)));
        }
      );
    }
  }, [api, key, tick]);
  useEffect(
    () => () => {
      asked.current = null;
    },
    []
  );
  return found;
}
