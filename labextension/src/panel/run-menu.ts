/** What can be done with runs: as a menu, and by keys. */

import type { Experiment } from '../api/types';
import { type CodeStore, runCode, searchCode } from '../code';
import { t, tn } from '../i18n';
import type { MenuItem } from '../views/parts/menu';
import { type Context, copy, put, putting } from './context';
import type { Point } from './list';
import type { RunActions } from './run-actions';
import type { RunItem } from './run-items';
import type { Runs } from './use-runs';
import { among } from './words';

/** What menus, keys and buttons of the runs work with. */
export interface RunTools {
  readonly context: Context;
  readonly experiment: Experiment;
  readonly runs: Runs;
  readonly actions: RunActions;
  readonly mayChange: boolean;
  onRename(id: string): void;
  onTag(ids: readonly string[], at: HTMLElement | Point): void;
}

/** The menu of some runs. */
export function runMenu(tools: RunTools, ids: readonly string[], at: Point): MenuItem[] {
  const { context, runs, actions, mayChange } = tools;
  const { services, store } = context;
  const [only = ''] = ids;
  const one = ids.length === 1;
  const starred = ids.every(id => runs.starred.has(id));
  const open: MenuItem[] = [
    {
      label: t('Open'),
      icon: 'expand',
      keys: 'Enter',
      disabled: !one,
      onSelect: () => services.shell.open({ page: 'run', store: store.id, run_id: only })
    },
    {
      label: one ? t('Compare (select two or more)') : tn('Compare %1 run', 'Compare %1 runs', ids.length),
      icon: 'compare',
      disabled: one,
      onSelect: () => compare(tools, ids)
    },
    { ...putting(services.shell), onSelect: () => void insertRuns(tools, ids) },
    {
      label: tn('Copy id', 'Copy %1 ids', ids.length),
      icon: 'copy',
      keys: 'Ctrl C',
      onSelect: () => void copyIds(tools, ids)
    },
    {
      label: starred ? t('Take the star away') : t('Star'),
      icon: 'star',
      keys: 'S',
      onSelect: () => runs.star(ids, !starred)
    }
  ];
  if (runs.trash) {
    return [
      ...open,
      { label: t('Restore'), icon: 'undo', apart: true, disabled: !mayChange, onSelect: () => actions.restore(ids) }
    ];
  }
  return [
    ...open,
    {
      label: t('Rename'),
      icon: 'edit',
      keys: 'F2',
      apart: true,
      disabled: !one || !mayChange,
      onSelect: () => tools.onRename(only)
    },
    { label: t('Tag …'), icon: 'tag', disabled: !mayChange, onSelect: () => tools.onTag(ids, at) },
    {
      label: tn('Delete', 'Delete %1 runs', ids.length),
      icon: 'trash',
      keys: 'Delete',
      disabled: !mayChange,
      onSelect: () => actions.remove(ids)
    }
  ];
}

/** Does what a key says to some runs; tells whether it was one of these keys. */
export function runKey(
  tools: RunTools,
  event: KeyboardEvent,
  ids: readonly string[],
  run: RunItem | undefined
): boolean {
  const { runs, actions, mayChange } = tools;
  if (!run) return false;
  const key = event.key.toLowerCase();
  const command = event.ctrlKey || event.metaKey;
  if (command && key === 'c') void copyIds(tools, ids);
  else if (command || event.altKey) return false;
  else if (key === 's') runs.star(ids, !ids.every(id => runs.starred.has(id)));
  else if (key === 'f2' && mayChange && !runs.trash) tools.onRename(run.id);
  else if (key === 'delete' && mayChange && !runs.trash) actions.remove(ids);
  else if (key === 'enter' && ids.length > 1) compare(tools, ids);
  else return false;
  return true;
}

/** Opens the comparison of runs. */
export function compare({ context: { services, store } }: RunTools, ids: readonly string[]): void {
  services.shell.open({ page: 'compare', store: store.id, run_ids: ids });
}

/** Puts the cell that loads the runs into the notebook. */
export function insertRuns({ context, experiment }: RunTools, ids: readonly string[]): Promise<void> {
  return put(context, runsCode(ids, experiment.name, context.code));
}

/** The cell that loads one run, or finds several. */
export function runsCode(ids: readonly string[], experiment: string, store: CodeStore): string {
  const [only = ''] = ids;
  if (ids.length === 1) return runCode(only, store);
  return searchCode({ experimentNames: [experiment], filter: among(ids, true) }, store);
}

export function copyIds({ context }: RunTools, ids: readonly string[]): Promise<void> {
  return copy(context, ids.join('\n'), tn('Copied the id', 'Copied %1 ids', ids.length));
}
