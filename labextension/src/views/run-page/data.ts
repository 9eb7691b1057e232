/** The data of a run's page, as they come from Python; what is not of its shape is left out. */

import { type ArtifactTree, type Preview, readPreview, readTree } from '../artifacts/data';
import { readNumber, readSeries, type Series } from '../chart/series';
import { finite, list, object, text } from '../given';
import { safeUrl } from '../parts/text';
import type { Source } from '../source';

/** What the user arranged. */
export interface PageState {
  axis?: 'step' | 'time';
  log?: boolean;
  /** The weight of the past in a smoothed line, 0 to 0.99. */
  smooth?: number;
  /** What is searched for among the metrics. */
  search?: string;
  /** The metric that is shown large. */
  large?: string | null;
  /** The artifact that is shown. */
  artifact?: string | null;
}

/** What a host can do with a run that an output of a notebook cannot; what is undefined has no button. */
export interface Offers {
  /** Shows the notebook that the run came from. */
  readonly cameFrom?: (() => void) | undefined;
  /** Registers a model of the run, given its path among the artifacts. */
  readonly register?: ((path: string) => void) | undefined;
  /** Shows a version of a registered model. */
  readonly openVersion?: ((version: VersionName) => void) | undefined;
}

/** A source with what its host offers. */
export interface RunSource extends Source<unknown, PageState> {
  readonly offers?: Offers;
  /** The address of a file, where there is one. */
  fileUrl?(path: string): string;
}

export interface MetricData {
  readonly key: string;
  readonly system: boolean;
  readonly value: number | null;
  readonly step: number | null;
  readonly min: number | null;
  readonly max: number | null;
  /** How many points there are; null where nobody counted. */
  readonly n: number | null;
  readonly series: Series | null;
}

export interface ModelData {
  readonly path: string;
  readonly flavors: string;
  readonly size: number | null;
  readonly registered: string | null;
  /** The versions that `registered` names; none in pages of older versions. */
  readonly versions: readonly VersionName[];
  readonly code: string;
}

/** A version of a registered model. */
export interface VersionName {
  readonly name: string;
  readonly version: number;
  readonly aliases: readonly string[];
}

export interface ErrorData {
  readonly type: string;
  readonly message: string;
  readonly where: string | null;
  readonly traceback: string;
}

export interface PageData {
  readonly runId: string;
  readonly name: string;
  readonly status: string;
  readonly experiment: string;
  readonly deleted: boolean;
  readonly startTime: number | null;
  readonly endTime: number | null;
  /** When these data were read. */
  readonly seenAt: number | null;
  readonly description: string | null;
  readonly facts: readonly (readonly [name: string, value: string, code: boolean])[];
  readonly source: SourceData;
  readonly params: readonly Pair[];
  readonly metrics: readonly MetricData[];
  readonly tags: readonly Pair[];
  readonly systemTags: readonly Pair[];
  readonly inputs: readonly (readonly string[])[];
  readonly models: readonly ModelData[];
  readonly artifacts: ArtifactTree;
  readonly previews: ReadonlyMap<string, Preview>;
  readonly error: ErrorData | null;
  readonly code: string;
  readonly restore: string | null;
  readonly reduced: unknown;
}

export type Pair = readonly [name: string, value: string];

export interface SourceData {
  readonly name: string | null;
  readonly type: string | null;
  readonly commit: string | null;
  readonly branch: string | null;
  readonly repo: string | null;
  /** Where the commit can be looked at, where that is known. */
  readonly url: string | undefined;
  readonly dirty: boolean | null;
}

/** Reads a page's data; null for what is none. */
export function readPage(found: unknown): PageData | null {
  const data = object(found);
  const run = object(data.run);
  const runId = text(run.run_id);
  if (runId === null) return null;
  return {
    runId,
    name: text(run.name) ?? '',
    status: text(run.status) ?? '',
    experiment: text(run.experiment) ?? '',
    deleted: run.deleted === true,
    startTime: finite(run.start_time),
    endTime: finite(run.end_time),
    seenAt: finite(run.seen_at),
    description: text(data.description),
    facts: list(data.facts).map(row => [String(list(row)[0]), String(list(row)[1]), list(row)[2] === true] as const),
    source: readSource(data.source),
    params: pairs(data.params),
    metrics: list(data.metrics).flatMap(readMetric),
    tags: pairs(data.tags),
    systemTags: pairs(data.system_tags),
    inputs: list(data.inputs).map(row => list(row).map(String)),
    models: list(data.models).flatMap(readModel),
    artifacts: readTree(data.artifacts),
    previews: new Map(Object.entries(object(data.previews)).map(([path, each]) => [path, readPreview(each)])),
    error: readError(data.error),
    code: text(data.code) ?? '',
    restore: text(data.restore),
    reduced: data.reduced
  };
}

/** Takes a change into the data: parts that are new, and of the metrics those that are. */
export function patched(data: unknown, change: unknown): unknown {
  const before = object(data);
  const { metrics, ...parts } = object(change);
  if (metrics === undefined) return { ...before, ...parts };
  const changed = new Map(list(metrics).map(each => [object(each).key, each]));
  const kept = list(before.metrics).map(each => {
    const key = object(each).key;
    const now = changed.get(key) ?? each;
    changed.delete(key);
    return now;
  });
  const added = [...changed.values()];
  const at = kept.findIndex(each => object(each).system === true);
  const own = added.filter(each => object(each).system !== true);
  const rest = added.filter(each => object(each).system === true);
  kept.splice(at < 0 ? kept.length : at, 0, ...own);
  return { ...before, ...parts, metrics: [...kept, ...rest] };
}

/** Reads a metric; none where it is none. */
export function readMetric(found: unknown): readonly MetricData[] {
  const given = object(found);
  const key = text(given.key);
  if (key === null) return [];
  return [
    {
      key,
      system: given.system === true,
      value: readNumber(given.value),
      step: finite(given.step),
      min: readNumber(given.min),
      max: readNumber(given.max),
      n: finite(given.n),
      series: readSeries(given.series)
    }
  ];
}

function readModel(found: unknown): readonly ModelData[] {
  const given = object(found);
  const path = text(given.path);
  if (path === null) return [];
  const [flavors, registered] = [text(given.flavors) ?? '', text(given.registered)];
  const versions = list(given.versions).flatMap(readVersion);
  return [{ path, flavors, size: finite(given.size), registered, versions, code: text(given.code) ?? '' }];
}

function readVersion(found: unknown): readonly VersionName[] {
  const given = object(found);
  const [name, version] = [text(given.name), finite(given.version)];
  return name === null || version === null ? [] : [{ name, version, aliases: list(given.aliases).map(String) }];
}

function readError(found: unknown): ErrorData | null {
  const given = object(found);
  const type = text(given.type);
  if (type === null) return null;
  const [message, traceback] = [text(given.message) ?? '', text(given.traceback) ?? ''];
  return { type, message, where: text(given.where), traceback };
}

function readSource(found: unknown): SourceData {
  const given = object(found);
  const [commit, repo] = [text(given.commit), text(given.repo)];
  return {
    name: text(given.name),
    type: text(given.type),
    commit,
    branch: text(given.branch),
    repo,
    url: commitUrl(repo, commit),
    dirty: typeof given.dirty === 'boolean' ? given.dirty : null
  };
}

/** The page of a commit on the forges whose addresses are known. */
function commitUrl(repo: string | null, commit: string | null): string | undefined {
  if (!repo || !commit || !/^[0-9a-f]{7,64}$/.test(commit)) return undefined;
  const bare = repo.replace(/\/$/, '').replace(/\.git$/, '');
  const found =
    /^(?:https:\/\/|ssh:\/\/git@|git@)(github\.com|gitlab\.com|codeberg\.org)[/:]([\w.-]+(?:\/[\w.-]+)+)$/.exec(bare);
  if (!found) return undefined;
  return safeUrl(`https://${found[1]}/${found[2]}/${found[1] === 'gitlab.com' ? '-/' : ''}commit/${commit}`);
}

function pairs(found: unknown): readonly Pair[] {
  return list(found).map(row => [String(list(row)[0]), String(list(row)[1])] as const);
}
