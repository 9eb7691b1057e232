/** The card of a version over the server. Models are not loaded there: a pickle is code. */

import type { CardData, CardState } from '../views/model-card/data';
import { part } from './http';
import { FollowingSource, type RestSource, type SourceOptions } from './rest-source';
import type { StoreApi } from './store-api';
import type { Permission } from './types';

/** What the card draws, and what only a server knows. */
export type VersionData = CardData & {
  readonly permission: Permission;
  /** The run that made it, and where among its artifacts it is. */
  readonly run_id: string | null;
  readonly artifact_path: string | null;
};

export interface VersionSource extends RestSource<VersionData, CardState> {
  /** The address of one of the version's files. */
  fileUrl(path: string): string;
}

/** Makes the source of a version's card. */
export function modelSource(
  store: StoreApi,
  name: string,
  version: number,
  options: SourceOptions<CardState> = {}
): VersionSource {
  const base = `/models/${part(name)}/versions/${version}`;
  let etag: string | null = null;
  const source: FollowingSource<VersionData, CardState> = new FollowingSource({
    store,
    kind: 'model',
    of: JSON.stringify([name, version]),
    options,
    look: async (known, signal) => {
      const answer = await store.look<VersionData>(base, { signal, buffers: true, etag: known && etag });
      etag = answer.etag;
      return answer.value;
    },
    concerns: ({ models }) => models,
    changing: ['act'],
    answers: {
      differences: (query: { version: number }, signal) => store.get(`${base}/differences`, { query, signal }),
      list: async (query: { path: string }, signal) =>
        (await store.get<{ entries: unknown }>(`${base}/artifacts`, { query, signal })).entries,
      preview: (query: { path: string }, signal) => store.get(`${base}/preview`, { query, signal, buffers: true }),
      act: (body: object, signal) => store.send('POST', `${base}/act`, body, signal),
      refresh: () => source.refresh()
    }
  });
  return Object.assign(source, { fileUrl: (path: string) => store.fileUrl(base, path) });
}
