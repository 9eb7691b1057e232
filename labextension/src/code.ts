/** The cells that are put into notebooks: they load what was picked, and show it. */

import { pythonText } from './views/python';

/** Which store a cell reads. */
export interface CodeStore {
  /** Its folder. */
  readonly path: string;
  /** Whether a notebook that says nothing of stores would log to it anyway. */
  readonly isNotebooks: boolean;
}

/** A model of a run, by its path among the artifacts, or one of the registry. */
export type CodeModel =
  | { readonly runId: string; readonly path: string }
  | { readonly name: string; readonly version: number }
  | { readonly name: string; readonly alias: string };

export interface SearchCode {
  /** Where to search; in the notebook's own experiment where none is named. */
  readonly experimentNames?: readonly string[];
  readonly filter?: string;
  readonly orderBy?: readonly string[];
}

/** Loads a run. */
export function runCode(runId: string, store: CodeStore): string {
  return cell(store, `run = nbflow.get_run(${pythonText(runId)})`, 'run');
}

/** Loads a model. */
export function modelCode(model: CodeModel, store: CodeStore): string {
  return cell(store, `model = nbflow.pyfunc.load_model(${pythonText(modelUri(model))})`, 'model');
}

/** Copies a file or a folder of a run to where the notebook can read it, and says where that is. */
export function artifactCode(runId: string, path: string, store: CodeStore): string {
  const args = [
    `run_id=${pythonText(runId)}`,
    // Without a path it is all of the run's artifacts.
    ...(path ? [`artifact_path=${pythonText(path)}`] : [])
  ];
  return cell(store, `path = nbflow.artifacts.download_artifacts(${args.join(', ')})`, 'path');
}

/** Searches runs. */
export function searchCode({ experimentNames = [], filter, orderBy = [] }: SearchCode, store: CodeStore): string {
  const args = [
    ...(experimentNames.length ? [`experiment_names=${list(experimentNames)}`] : []),
    ...(filter?.trim() ? [`filter_string=${pythonText(filter.trim())}`] : []),
    ...(orderBy.length ? [`order_by=${list(orderBy)}`] : [])
  ];
  return cell(store, `runs = nbflow.search_runs(${args.join(', ')})`, 'runs');
}

/** Logs a first run, which makes the store; in an experiment of some name, where one is given. */
export function firstRunCode(store: CodeStore, experiment?: string): string {
  return cell(
    store,
    ...(experiment === undefined ? [] : [`nbflow.set_experiment(${pythonText(experiment)})`]),
    'with nbflow.start_run():',
    '    nbflow.log_metric("accuracy", 0.93)'
  );
}

/** What a model is loaded by. */
export function modelUri(model: CodeModel): string {
  if ('runId' in model) return `runs:/${model.runId}/${model.path}`;
  const name = uriName(model.name);
  return 'alias' in model ? `models:/${name}@${model.alias}` : `models:/${name}/${model.version}`;
}

function cell(store: CodeStore, ...lines: string[]): string {
  const head = store.isNotebooks ? ['import nbflow'] : ['import nbflow', '', setStore(store.path)];
  return [...head, '', ...lines].join('\n');
}

function setStore(path: string): string {
  return `nbflow.set_tracking_uri(${pythonText(path)})`;
}

function list(texts: readonly string[]): string {
  return `[${texts.map(pythonText).join(', ')}]`;
}

/** As `nbflow` writes a name in a URI: escaped are the two characters that mean something else there. */
function uriName(name: string): string {
  return name.replaceAll('%', '%25').replaceAll('@', '%40');
}
