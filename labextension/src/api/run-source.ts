/** The page of a run over the server. */

import type { Offers, PageState, VersionName } from '../views/run-page/data';
import { part } from './http';
import { FollowingSource, type RestSource, type SourceOptions } from './rest-source';
import type { StoreApi } from './store-api';
import type { RunPageData, Where } from './types';

export interface RunSourceOptions extends SourceOptions<PageState> {
  /** Shows where the run came from; without it, no button does. */
  cameFrom?(where: Where): void;
  /** Registers a model of the run, given its path among the artifacts; without it, no button does. */
  register?(path: string): void;
  /** Shows a version of a registered model; without it, its name is no link. */
  openVersion?(version: VersionName): void;
}

export interface RunPageSource extends RestSource<RunPageData, PageState> {
  readonly offers: Offers;
  /** The address of one of the run's files. */
  fileUrl(path: string): string;
}

/** Makes the source of a run's page. */
export function runSource(store: StoreApi, runId: string, options: RunSourceOptions = {}): RunPageSource {
  const { cameFrom, register, openVersion } = options;
  const base = `/runs/${part(runId)}`;
  let etag: string | null = null;
  const source = new FollowingSource<RunPageData, PageState>({
    store,
    kind: 'run',
    of: runId,
    options,
    look: async (known, signal) => {
      const asked = { signal, buffers: true, etag: known && etag };
      const answer = await store.look<RunPageData>(base, asked);
      etag = answer.etag;
      return answer.value;
    },
    // Its experiment's name, and the versions that its models are registered as, are on the page too.
    concerns: ({ runs, experiments, models }) => experiments || models || runs === null || runs.includes(runId),
    answers: {
      history: (query: Record<string, string | number>, signal) =>
        store.get(`${base}/history`, { query, signal, buffers: true }),
      list: ({ path }: { path: string }, signal) => store.artifacts(runId, path, signal),
      preview: ({ path }: { path: string }, signal) =>
        store.get(`${base}/preview`, { query: { path }, signal, buffers: true })
    }
  });
  const offers: Offers = {
    get cameFrom() {
      const where = source.data?.where;
      return where && cameFrom ? () => cameFrom(where) : undefined;
    },
    register,
    openVersion
  };
  return Object.assign(source, { offers, fileUrl: (path: string) => store.fileUrl(base, path) });
}
