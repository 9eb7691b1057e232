/** What the server says, as it says it: names are those of the JSON, times are milliseconds since 1970. */

import type { Column } from '../views/columns';

/** What somebody may do: each includes those before it. */
export type Permission = 'NO_PERMISSIONS' | 'READ' | 'EDIT' | 'MANAGE';

/** Which of two kinds of things are asked for: those in use, those in the trash, or both. */
export type ViewType = 'active' | 'deleted' | 'all';

export type LifecycleStage = 'active' | 'deleted';

export interface ServerInfo {
  readonly version: string;
  /** Whether it refuses every change. */
  readonly read_only: boolean;
  /** Whether other stores may be opened by their path. */
  readonly open_stores: boolean;
  readonly user: { readonly name: string };
  /** Whether it is `nbflow ui`: no JupyterLab, no kernels. */
  readonly alone: boolean;
}

export interface StoreInfo {
  readonly id: string;
  /** What people call it: the name of its folder, or of the folder around it. */
  readonly name: string;
  readonly path: string;
  /** Whether there is a store by now: one is made by the first run. */
  readonly exists: boolean;
  readonly permission: Permission;
  readonly readable: boolean;
  /** Why it cannot be read. */
  readonly problem: string | null;
}

/** How a store is named that is to be opened: by its folder, or by a notebook that would log to it. */
export type StorePlace = { readonly path: string } | { readonly notebook: string };

export interface Experiment {
  readonly experiment_id: string;
  readonly name: string;
  readonly lifecycle_stage: LifecycleStage;
  readonly creation_time: number | null;
  readonly last_update_time: number | null;
  readonly tags: Readonly<Record<string, string>>;
  /** How many runs it has, without those in the trash. */
  readonly runs: number;
  readonly running: number;
  readonly permission: Permission;
}

export interface Experiments {
  readonly experiments: readonly Experiment[];
  readonly next_page_token: string | null;
}

/** Which part of a list is asked for, and in which order. */
export interface ListQuery {
  readonly filter?: string;
  readonly view?: ViewType;
  readonly order_by?: readonly string[];
  readonly max_results?: number;
  readonly page_token?: string | null;
}

/** Changes of tags: null takes one away. */
export type TagChanges = Readonly<Record<string, string | null>>;

/** Which runs. */
export interface RunsQuery extends ListQuery {
  readonly experiment_id?: readonly string[];
  /** Names of columns, such as `metrics.loss`; the attributes where none are named. */
  readonly column?: readonly string[];
}

/** A page of runs, column by column. */
export interface RunsPage {
  readonly columns: readonly Column[];
  readonly n_rows: number;
  /** How many runs were found, on all pages. */
  readonly n_found: number;
  readonly next_page_token: string | null;
}

/** What the table of an experiment's page holds. */
export interface TableQuery {
  readonly experiment_id?: readonly string[];
  readonly filter?: string;
  readonly order_by?: readonly string[];
  readonly view?: ViewType;
}

/** What the newest runs have, for completion. */
export interface Keys {
  readonly params: readonly string[];
  readonly metrics: readonly string[];
  readonly tags: readonly string[];
  readonly attributes: readonly string[];
}

/** What became of a change to a list of runs: it goes as far as it goes. */
export interface Outcome {
  readonly done: readonly string[];
  readonly failed: readonly { readonly run_id: string; readonly code: string; readonly message: string }[];
}

/** A run that a notebook's kernel has running. */
export interface ActiveRun {
  readonly run_id: string;
  readonly name: string;
  readonly status: string;
  readonly start_time: number | null;
  readonly experiment_id: string;
}

/** Where a run came from, as far as it is known. */
export interface Where {
  /** The path that JupyterLab knows the notebook by. */
  readonly notebook: string;
  readonly cell_id: string | null;
  readonly kernel_id: string | null;
}

/** A run's page: beside what the view draws, what only a server knows. */
export interface RunPageData {
  readonly permission: Permission;
  readonly experiment_id: string;
  readonly where: Where | null;
  readonly [part: string]: unknown;
}

export interface ArtifactEntry {
  readonly path: string;
  readonly is_dir: boolean;
  /** In bytes; null for a folder. */
  readonly size: number | null;
}

export interface Model {
  readonly name: string;
  readonly description: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Which version each alias stands for. */
  readonly aliases: Readonly<Record<string, number>>;
  /** The newest version; null where there is none. */
  readonly latest: number | null;
  /** How many versions there are; null where nobody knows: of several models in the trash that had one name. */
  readonly versions: number | null;
  readonly creation_time: number;
  readonly last_update_time: number;
  readonly user_id: string;
  readonly lifecycle_stage: LifecycleStage;
  readonly permission: Permission;
}

export interface Models {
  readonly models: readonly Model[];
  readonly next_page_token: string | null;
}

/** A number, or one that JSON has no word for. */
export type Measured = number | 'NaN' | 'Infinity' | '-Infinity';

/** A version in a list. */
export interface Version {
  readonly name: string;
  readonly version: number;
  readonly description: string;
  readonly source: string;
  readonly run_id: string | null;
  /** How the run is called, where that may be seen. */
  readonly run_name: string | null;
  readonly user_id: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly aliases: readonly string[];
  readonly metrics: Readonly<Record<string, Measured>>;
  /** What evaluations found since. */
  readonly evaluated: Readonly<Record<string, Measured>>;
  readonly flavors: readonly string[];
  readonly current_stage: string;
  readonly creation_time: number;
  readonly last_update_time: number;
  readonly lifecycle_stage: LifecycleStage;
}

export interface Policy {
  readonly alias: string;
  readonly approvals: number;
  readonly require: string;
}

export interface HistoryEntry {
  readonly time: number;
  readonly user: string;
  readonly action: string;
  readonly text: string;
  readonly version: number | null;
}

/** A model with all that is known of it. */
export interface ModelDetails extends Model {
  readonly version_list: readonly Version[];
  readonly policies: readonly Policy[];
  readonly history: readonly HistoryEntry[];
}

/** Arrangements of the table's columns that the user gave names. */
export interface SavedLayouts {
  readonly layouts: Readonly<Record<string, unknown>>;
  /** The one that the next table begins with. */
  readonly last: string | null;
}

const ORDER: readonly Permission[] = ['NO_PERMISSIONS', 'READ', 'EDIT', 'MANAGE'];

/** Tells whether who has one permission may do what takes another. */
export function allows(has: Permission, takes: Permission): boolean {
  return ORDER.indexOf(has) >= ORDER.indexOf(takes);
}
