/** One store of a server: what is in it, what is done to it, and the sources that views draw from. */

import type { StateStore } from '../shell';
import type { CompareState } from '../views/comparison/data';
import type { CardState, Differences } from '../views/model-card/data';
import type { TableState } from '../views/run-table/state';
import type { Vega } from '../views/source';
import type { LayoutsApi } from './api';
import { type ComparisonSource, comparisonSource } from './comparison-source';
import type { Events, Listener } from './events';
import { type Answer, type Asked, type Http, part } from './http';
import { modelSource, type VersionData, type VersionSource } from './model-source';
import type { Places } from './places';
import type { SourceOptions } from './rest-source';
import { type RunPageSource, type RunSourceOptions, runSource } from './run-source';
import { type TableSource, tableSource } from './table-source';
import type {
  ActiveRun,
  ArtifactEntry,
  Experiment,
  Experiments,
  Keys,
  ListQuery,
  Model,
  ModelDetails,
  Models,
  Outcome,
  RunPageData,
  RunsPage,
  RunsQuery,
  TableQuery,
  TagChanges,
  Version,
  ViewType
} from './types';

const MOST_CHANGED = 1_000; // runs at once

/** What a store's API is made with. */
export interface StoreContext {
  readonly http: Http;
  readonly events: Events;
  readonly layouts: LayoutsApi;
  readonly places: Places;
  vega(): Promise<Vega | null>;
  readonly state?: StateStore;
}

/** The API of a store. */
export class StoreApi {
  private readonly base: string;

  constructor(
    readonly id: string,
    readonly context: StoreContext
  ) {
    this.base = `/stores/${part(id)}`;
  }

  /** Calls back at each change of the store, and once at the beginning; gives the way to stop. */
  watch(listener: Listener): () => void {
    return this.context.events.watch(this.id, listener);
  }

  // Experiments

  experiments(query: ListQuery = {}, signal?: AbortSignal): Promise<Experiments> {
    return this.get('/experiments', { query: { ...query }, signal });
  }

  experiment(id: string, signal?: AbortSignal): Promise<Experiment> {
    return this.get(`/experiments/${part(id)}`, { signal });
  }

  createExperiment(name: string, tags: Readonly<Record<string, string>> = {}): Promise<Experiment> {
    return this.send('POST', '/experiments', { name, tags });
  }

  changeExperiment(id: string, change: { name?: string; tags?: TagChanges }): Promise<Experiment> {
    return this.send('PATCH', `/experiments/${part(id)}`, change);
  }

  deleteExperiment(id: string): Promise<void> {
    return this.send('DELETE', `/experiments/${part(id)}`);
  }

  restoreExperiment(id: string): Promise<void> {
    return this.send('POST', `/experiments/${part(id)}/restore`);
  }

  // Runs

  runs(query: RunsQuery, signal?: AbortSignal): Promise<RunsPage> {
    return this.get('/runs', { query: { ...query }, signal, buffers: true });
  }

  /** What the newest runs have, for completion. */
  keys(experimentIds: readonly string[], signal?: AbortSignal): Promise<Keys> {
    return this.get('/keys', { query: { experiment_id: experimentIds }, signal });
  }

  /** Which runs pass a filter. */
  async filterRuns(
    experimentIds: readonly string[],
    filter: string,
    view?: ViewType,
    signal?: AbortSignal
  ): Promise<readonly string[]> {
    const body = { experiment_ids: experimentIds, filter, ...(view && { view }) };
    return (await this.send<{ run_ids: readonly string[] }>('POST', '/runs/filter', body, signal)).run_ids;
  }

  renameRun(runId: string, name: string): Promise<Outcome> {
    return this.send('POST', '/runs/rename', { run_id: runId, name });
  }

  /** Sets a tag; null takes it away. */
  tagRuns(runIds: readonly string[], key: string, value: string | null): Promise<Outcome> {
    return this.changeRuns('tag', runIds, { key, value });
  }

  deleteRuns(runIds: readonly string[]): Promise<Outcome> {
    return this.changeRuns('delete', runIds);
  }

  restoreRuns(runIds: readonly string[]): Promise<Outcome> {
    return this.changeRuns('restore', runIds);
  }

  /** The runs that a notebook's kernel has running. */
  async activeRuns(notebook: string, kernelId: string | null, signal?: AbortSignal): Promise<readonly ActiveRun[]> {
    const query = { notebook, kernel_id: kernelId };
    return (await this.get<{ runs: readonly ActiveRun[] }>('/runs/active', { query, signal })).runs;
  }

  run(runId: string, signal?: AbortSignal): Promise<RunPageData> {
    return this.get(`/runs/${part(runId)}`, { signal, buffers: true });
  }

  async artifacts(runId: string, path = '', signal?: AbortSignal): Promise<readonly ArtifactEntry[]> {
    const query = { path };
    const found = await this.get<{ entries: readonly ArtifactEntry[] }>(`/runs/${part(runId)}/artifacts`, {
      query,
      signal
    });
    return found.entries;
  }

  /** The address of a file of what is at the address `of`, a run or a version, for a link: it is saved, not opened. */
  fileUrl(of: string, path: string): string {
    return this.context.http.link(`${this.base}${of}/files/${path.split('/').map(part).join('/')}`);
  }

  /** The address of a table as CSV, for a link. */
  csvUrl(query: TableQuery): string {
    return this.context.http.link(`${this.base}/table.csv`, { ...query });
  }

  // Models

  models(query: ListQuery = {}, signal?: AbortSignal): Promise<Models> {
    return this.get('/models', { query: { ...query }, signal });
  }

  model(name: string, signal?: AbortSignal): Promise<ModelDetails> {
    return this.get(`/models/${part(name)}`, { signal });
  }

  createModel(name: string, description = '', tags: Readonly<Record<string, string>> = {}): Promise<Model> {
    return this.send('POST', '/models', { name, description, tags });
  }

  changeModel(name: string, change: { name?: string; description?: string; tags?: TagChanges }): Promise<Model> {
    return this.send('PATCH', `/models/${part(name)}`, change);
  }

  deleteModel(name: string): Promise<void> {
    return this.send('DELETE', `/models/${part(name)}`);
  }

  restoreModel(name: string): Promise<void> {
    return this.send('POST', `/models/${part(name)}/restore`);
  }

  /** Registers a model: its version is made, and the model where there is none of that name. */
  createVersion(
    name: string,
    version: { source: string; run_id?: string | null; description?: string }
  ): Promise<Version> {
    return this.send('POST', `/models/${part(name)}/versions`, version);
  }

  /** A version as its card shows it. */
  version(name: string, version: number, signal?: AbortSignal): Promise<VersionData> {
    return this.get(`/models/${part(name)}/versions/${version}`, { signal, buffers: true });
  }

  /** What is different in another version. */
  differences(name: string, version: number, other: number, signal?: AbortSignal): Promise<Differences> {
    return this.get(`/models/${part(name)}/versions/${version}/differences`, { query: { version: other }, signal });
  }

  deleteVersion(name: string, version: number): Promise<void> {
    return this.send('DELETE', `/models/${part(name)}/versions/${version}`);
  }

  restoreVersion(name: string, version: number): Promise<void> {
    return this.send('POST', `/models/${part(name)}/versions/${version}/restore`);
  }

  setAlias(name: string, alias: string, version: number): Promise<void> {
    return this.send('PUT', `/models/${part(name)}/aliases/${part(alias)}`, { version });
  }

  deleteAlias(name: string, alias: string): Promise<void> {
    return this.send('DELETE', `/models/${part(name)}/aliases/${part(alias)}`);
  }

  // What views draw from

  /** The table of runs of a search. */
  tableSource(query: TableQuery, options?: SourceOptions<TableState>): TableSource {
    return tableSource(this, query, options);
  }

  /** The page of a run. */
  runSource(runId: string, options?: RunSourceOptions): RunPageSource {
    return runSource(this, runId, options);
  }

  /** The comparison of runs. */
  comparisonSource(runIds: readonly string[], options?: SourceOptions<CompareState>): ComparisonSource {
    return comparisonSource(this, runIds, options);
  }

  /** The card of a version. */
  modelSource(name: string, version: number, options?: SourceOptions<CardState>): VersionSource {
    return modelSource(this, name, version, options);
  }

  // Questions of any kind, for the sources beside this file

  get<T>(path: string, asked: Asked = {}): Promise<T> {
    return this.asking(() => this.context.http.ask('GET', this.base + path, asked));
  }

  /** As `get`, with the mark that the next question may be sent with. */
  look<T>(path: string, asked: Asked = {}): Promise<Answer<T>> {
    return this.asking(() => this.context.http.answer('GET', this.base + path, asked));
  }

  send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal, buffers = false): Promise<T> {
    return this.asking(() => this.context.http.ask(method, this.base + path, { body, signal, buffers }));
  }

  /** Changes as many at a time as the server takes; goes as far as it goes. */
  private async changeRuns(verb: string, runIds: readonly string[], args: object = {}): Promise<Outcome> {
    const outcomes: Outcome[] = [];
    for (let at = 0; at < runIds.length; at += MOST_CHANGED) {
      const body = { run_ids: runIds.slice(at, at + MOST_CHANGED), ...args };
      outcomes.push(await this.send<Outcome>('POST', `/runs/${verb}`, body));
    }
    return { done: outcomes.flatMap(({ done }) => done), failed: outcomes.flatMap(({ failed }) => failed) };
  }

  private asking<T>(ask: () => Promise<T>): Promise<T> {
    const { places, events } = this.context;
    return places.asking(this.id, ask, () => events.renew());
  }
}
