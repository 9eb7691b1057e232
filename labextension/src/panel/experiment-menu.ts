/** What can be done with experiments: as a menu, and by keys. */

import { allows, type Experiment } from '../api/types';
import { searchCode } from '../code';
import { t } from '../i18n';
import type { MenuItem } from '../views/parts/menu';
import { visible } from '../views/parts/text';
import { type Context, copy, put, putting, whole } from './context';

export interface ExperimentTools {
  readonly context: Context;
  readonly trash: boolean;
  onRename(experiment: Experiment): void;
}

/** The menu of an experiment. */
export function experimentMenu({ context, trash, onRename }: ExperimentTools, experiment: Experiment): MenuItem[] {
  const disabled = !mayChange(context, experiment);
  const copyId: MenuItem = {
    label: t('Copy id'),
    icon: 'copy',
    keys: 'Ctrl C',
    onSelect: () => copyIdOf(context, experiment)
  };
  if (trash) {
    return [
      copyId,
      { label: t('Restore'), icon: 'undo', apart: true, disabled, onSelect: () => restore(context, experiment) }
    ];
  }
  return [
    { label: t('Open as table'), icon: 'columns', keys: 'Enter', onSelect: () => openTable(context, experiment) },
    {
      ...putting(context.services.shell),
      onSelect: () => void put(context, experimentCode(context, experiment))
    },
    copyId,
    { label: t('Rename'), icon: 'edit', apart: true, keys: 'F2', disabled, onSelect: () => onRename(experiment) },
    { label: t('Delete'), icon: 'trash', keys: 'Delete', disabled, onSelect: () => remove(context, experiment) }
  ];
}

/** Does what a key says to an experiment; tells whether it was one of these keys. */
export function experimentKey(tools: ExperimentTools, event: KeyboardEvent, experiment: Experiment): boolean {
  const { context, trash } = tools;
  const may = mayChange(context, experiment) && !trash;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'c') copyIdOf(context, experiment);
  else if (event.key === 'F2' && may) tools.onRename(experiment);
  else if (event.key === 'Delete' && may) remove(context, experiment);
  else return false;
  return true;
}

export function openTable({ services, store }: Context, { experiment_id }: Experiment): void {
  services.shell.open({ page: 'experiment', store: store.id, experiment_id });
}

/** The cell that finds its runs. */
export function experimentCode({ code }: Context, { name }: Experiment): string {
  return searchCode({ experimentNames: [name] }, code);
}

export function renameExperiment({ api, undo }: Context, experiment: Experiment, name: string): void {
  const { experiment_id: id, name: before } = experiment;
  void undo.run(
    whole(id, () => api.changeExperiment(id, { name })),
    () => t('Renamed %1 to %2', visible(before), visible(name)),
    () => whole(id, () => api.changeExperiment(id, { name: before }))
  );
}

function remove({ api, undo }: Context, { experiment_id: id, name }: Experiment): void {
  void undo.run(
    whole(id, () => api.deleteExperiment(id)),
    () => t('Deleted %1', visible(name)),
    () => whole(id, () => api.restoreExperiment(id))
  );
}

function restore({ api, undo }: Context, { experiment_id: id, name }: Experiment): void {
  void undo.run(
    whole(id, () => api.restoreExperiment(id)),
    () => t('Restored %1', visible(name)),
    () => whole(id, () => api.deleteExperiment(id))
  );
}

function copyIdOf(context: Context, { experiment_id }: Experiment): void {
  void copy(context, experiment_id, t('Copied the id'));
}

function mayChange({ readOnly }: Context, { permission }: Experiment): boolean {
  return !readOnly && allows(permission, 'EDIT');
}
