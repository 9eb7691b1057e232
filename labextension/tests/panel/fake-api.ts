/** A server in memory, as far as the panel asks one. */

import type { Api } from '../../src/api/api';
import { ApiError } from '../../src/api/errors';
import type { Listener, StoreChange } from '../../src/api/events';
import type { StoreApi } from '../../src/api/store-api';
import type {
  Experiment,
  ListQuery,
  Model,
  Outcome,
  RunsPage,
  RunsQuery,
  ServerInfo,
  StoreInfo,
  StorePlace,
  Version
} from '../../src/api/types';
import type { PageRef, Services, Shell, StateStore } from '../../src/shell';
import type { Column } from '../../src/views/columns';

export const HOSTILE = '<img src=x onerror=alert(1)></script>\u202e"\'`{{7*7}}';
export const NOW = 1_790_000_000_000;

export interface FakeRun {
  run_id: string;
  name: string;
  status: string;
  start: number;
  end: number | null;
  experiment_id: string;
  deleted: boolean;
  tags: Record<string, string>;
  metrics: Record<string, number>;
}

export function storeInfo(more: Partial<StoreInfo> = {}): StoreInfo {
  return {
    id: 's1',
    name: 'vision',
    path: '/home/ada/projects/vision/nbruns',
    exists: true,
    permission: 'MANAGE',
    readable: true,
    problem: null,
    ...more
  };
}

export function experiment(id: string, name: string, more: Partial<Experiment> = {}): Experiment {
  return {
    experiment_id: id,
    name,
    lifecycle_stage: 'active',
    creation_time: NOW,
    last_update_time: NOW,
    tags: {},
    runs: 0,
    running: 0,
    permission: 'MANAGE',
    ...more
  };
}

export function run(n: number, more: Partial<FakeRun> = {}): FakeRun {
  return {
    run_id: `run${n}`,
    name: `run ${n}`,
    status: 'FINISHED',
    start: NOW - n * 60_000,
    end: NOW - n * 60_000 + 30_000,
    experiment_id: '1',
    deleted: false,
    tags: {},
    metrics: { loss: n / 100 },
    ...more
  };
}

export function model(name: string, more: Partial<Model> = {}): Model {
  return {
    name,
    description: '',
    tags: {},
    aliases: {},
    latest: 1,
    versions: 1,
    creation_time: NOW,
    last_update_time: NOW,
    user_id: 'ada',
    lifecycle_stage: 'active',
    permission: 'MANAGE',
    ...more
  };
}

export function version(name: string, n: number, more: Partial<Version> = {}): Version {
  return {
    name,
    version: n,
    description: '',
    source: 'runs:/run1/model',
    run_id: 'run1',
    user_id: 'ada',
    tags: {},
    aliases: [],
    metrics: {},
    current_stage: 'None',
    creation_time: NOW - n * 3_600_000,
    last_update_time: NOW,
    lifecycle_stage: 'active',
    ...more
  } as Version;
}

/** A store that does what it is told, and keeps what it was asked. */
export class FakeStore {
  readonly asked: [what: string, ...args: unknown[]][] = [];
  experimentsHere: Experiment[] = [experiment('0', 'Default'), experiment('1', 'irises', { runs: 3 })];
  runsHere: FakeRun[] = [run(1), run(2), run(3)];
  modelsHere: Model[] = [];
  versionsHere: Record<string, Version[]> = {};
  /** What the next question of a kind ends with. */
  readonly fails = new Map<string, unknown>();
  private readonly listeners = new Set<Listener>();

  constructor(readonly id: string) {}

  watch(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(change: Partial<StoreChange>): void {
    const whole = { store: this.id, revision: 'r', runs: null, experiments: true, models: true, problem: null };
    for (const listener of [...this.listeners]) listener({ ...whole, ...change });
  }

  async experiments(query: ListQuery) {
    this.noted('experiments', query);
    const found = this.experimentsHere.filter(each => each.lifecycle_stage === (query.view ?? 'active'));
    return { experiments: found.filter(each => passes(query.filter, each.name)), next_page_token: null };
  }

  async experiment(id: string) {
    this.noted('experiment', id);
    return this.oneOf(id);
  }

  async createExperiment(name: string) {
    this.noted('createExperiment', name);
    const made = experiment(String(this.experimentsHere.length), name);
    this.experimentsHere = [made, ...this.experimentsHere];
    return made;
  }

  async changeExperiment(id: string, change: { name?: string }) {
    this.noted('changeExperiment', id, change);
    this.experimentsHere = this.experimentsHere.map(each =>
      each.experiment_id === id ? { ...each, ...change, tags: each.tags } : each
    );
    return this.oneOf(id);
  }

  async deleteExperiment(id: string) {
    this.noted('deleteExperiment', id);
    this.staged(id, 'deleted');
  }

  async restoreExperiment(id: string) {
    this.noted('restoreExperiment', id);
    this.staged(id, 'active');
  }

  async runs(query: RunsQuery): Promise<RunsPage> {
    this.noted('runs', query);
    const all = this.runsHere
      .filter(each => query.experiment_id?.includes(each.experiment_id))
      .filter(each => each.deleted === (query.view === 'deleted'))
      .filter(each => passes(query.filter, each.run_id, each.name));
    const [key = '', way] = (query.order_by?.[0] ?? 'start_time DESC').split(' ');
    const value = (each: FakeRun) =>
      key === 'start_time' ? each.start : (each.metrics[key.replace('metrics.', '')] ?? 0);
    all.sort((a, b) => (value(a) - value(b)) * (way === 'DESC' ? -1 : 1));
    const from = Number(query.page_token ?? 0);
    const to = from + (query.max_results ?? 100);
    const page = all.slice(from, to);
    const column = (id: string, type: Column['type'], values: unknown[]): Column =>
      ({ id, kind: 'attribute', name: id, type, best: null, values }) as Column;
    const metrics = (query.column ?? []).filter(id => id.startsWith('metrics.'));
    return {
      columns: [
        column(
          'run_id',
          'text',
          page.map(each => each.run_id)
        ),
        column(
          'tags.mlflow.runName',
          'text',
          page.map(each => each.name)
        ),
        column(
          'status',
          'status',
          page.map(each => each.status)
        ),
        column(
          'start_time',
          'time',
          page.map(each => each.start)
        ),
        column(
          'end_time',
          'time',
          page.map(each => each.end)
        ),
        ...metrics.map(id =>
          column(
            id,
            'number',
            page.map(each => each.metrics[id.slice(8)] ?? null)
          )
        )
      ],
      n_rows: page.length,
      n_found: all.length,
      next_page_token: to < all.length ? String(to) : null
    };
  }

  async keys() {
    this.noted('keys');
    return { params: ['lr', 'batch size'], metrics: ['loss', 'val loss'], tags: ['team'], attributes: [] };
  }

  async filterRuns(ids: readonly string[], filter: string) {
    this.noted('filterRuns', ids, filter);
    return this.runsHere.map(({ run_id }) => run_id);
  }

  async renameRun(id: string, name: string): Promise<Outcome> {
    this.noted('renameRun', id, name);
    return this.changed([id], { name });
  }

  async tagRuns(ids: readonly string[], key: string, value: string | null): Promise<Outcome> {
    this.noted('tagRuns', ids, key, value);
    return { done: ids, failed: [] };
  }

  async deleteRuns(ids: readonly string[]): Promise<Outcome> {
    this.noted('deleteRuns', ids);
    return this.changed(ids, { deleted: true });
  }

  async restoreRuns(ids: readonly string[]): Promise<Outcome> {
    this.noted('restoreRuns', ids);
    return this.changed(ids, { deleted: false });
  }

  async models(query: ListQuery) {
    this.noted('models', query);
    const found = this.modelsHere.filter(each => each.lifecycle_stage === (query.view ?? 'active'));
    return { models: found.filter(each => passes(query.filter, each.name)), next_page_token: null };
  }

  async model(name: string) {
    this.noted('model', name);
    return { ...model(name), version_list: this.versionsHere[name] ?? [], policies: [], history: [] };
  }

  async createModel(name: string) {
    this.noted('createModel', name);
    const made = model(name, { versions: 0, latest: null });
    this.modelsHere = [...this.modelsHere, made];
    return made;
  }

  async deleteModel(name: string) {
    this.noted('deleteModel', name);
    this.modelsHere = this.modelsHere.map(each =>
      each.name === name ? { ...each, lifecycle_stage: 'deleted' } : each
    );
  }

  async restoreModel(name: string) {
    this.noted('restoreModel', name);
    this.modelsHere = this.modelsHere.map(each => (each.name === name ? { ...each, lifecycle_stage: 'active' } : each));
  }

  /** Every question of a kind. */
  all(what: string): unknown[][] {
    return this.asked.filter(([kind]) => kind === what).map(([, ...args]) => args);
  }

  private noted(what: string, ...args: unknown[]): void {
    this.asked.push([what, ...args]);
    const reason = this.fails.get(what);
    if (reason !== undefined) throw reason;
  }

  private oneOf(id: string): Experiment {
    const found = this.experimentsHere.find(each => each.experiment_id === id);
    if (!found) throw new ApiError('RESOURCE_DOES_NOT_EXIST', `No experiment ${id}.`, {}, 404);
    return found;
  }

  private staged(id: string, lifecycle_stage: 'active' | 'deleted'): void {
    this.experimentsHere = this.experimentsHere.map(each =>
      each.experiment_id === id ? { ...each, lifecycle_stage } : each
    );
  }

  private changed(ids: readonly string[], change: Partial<FakeRun>): Outcome {
    this.runsHere = this.runsHere.map(each => (ids.includes(each.run_id) ? { ...each, ...change } : each));
    return { done: ids, failed: [] };
  }
}

/** What the panel is given, and what it did with it. */
export class FakeServer {
  server: ServerInfo = { version: '0.1', read_only: false, open_stores: true, user: { name: 'ada' }, alone: false };
  storesHere: StoreInfo[] = [storeInfo()];
  readonly store = new FakeStore('s1');
  readonly opened: PageRef[] = [];
  readonly inserted: string[] = [];
  readonly dragged: [code: string, label: string][] = [];
  readonly kept = new Map<string, unknown>();
  readonly asked: StorePlace[] = [];
  notebook: string | null = null;
  notebooks: Record<string, StoreInfo> = {};
  private readonly others = new Map<string, FakeStore>();
  private readonly notebookChanged = new Set<() => void>();

  services(shell: Partial<Shell> = {}): Services {
    return { api: this.api(), shell: { ...this.shell(), ...shell }, state: this.state() };
  }

  inFront(notebook: string | null): void {
    this.notebook = notebook;
    for (const changed of this.notebookChanged) changed();
  }

  storeOf(id: string): FakeStore {
    if (id === this.store.id) return this.store;
    const other = this.others.get(id) ?? new FakeStore(id);
    this.others.set(id, other);
    return other;
  }

  private api(): Api {
    const api = {
      server: async () => this.server,
      stores: async () => this.storesHere,
      open: async (place: StorePlace) => {
        this.asked.push(place);
        const all = [...this.storesHere, ...Object.values(this.notebooks)];
        const found =
          'path' in place ? all.find(({ path }) => path === place.path) : (this.notebooks[place.notebook] ?? all[0]);
        if (!found) throw new ApiError('INVALID_PARAMETER_VALUE', 'There is no store in this folder.', {}, 400);
        return found;
      },
      store: (id: string) => this.storeOf(id) as unknown as StoreApi
    };
    return api as unknown as Api;
  }

  private shell(): Shell {
    return {
      open: ref => this.opened.push(ref),
      insert: async code => {
        this.inserted.push(code);
        return true;
      },
      dragStart: (_, code, label) => this.dragged.push([code, label]),
      openNotebook: null,
      notebookFolder: () => this.notebook,
      onNotebookChanged: changed => {
        this.notebookChanged.add(changed);
        return () => this.notebookChanged.delete(changed);
      }
    };
  }

  private state(): StateStore {
    return { get: key => this.kept.get(key), set: (key, value) => this.kept.set(key, value) };
  }
}

/** As much of the grammar as the tests use: `ILIKE '%word%'`, `IN (…)`; anything else passes. */
function passes(filter: string | undefined, ...texts: string[]): boolean {
  if (!filter) return true;
  const words = [...filter.matchAll(/ILIKE '%(.*?)%'/g)].map(([, word = '']) => word.toLowerCase());
  const among = /(NOT )?IN \((.*?)\)/.exec(filter);
  const ids = among ? [...(among[2] ?? '').matchAll(/'(.*?)'/g)].map(([, id]) => id) : [];
  const inList = !among || ids.includes(texts[0]) !== (among[1] !== undefined);
  return inList && words.every(word => texts.some(text => text.toLowerCase().includes(word)));
}
