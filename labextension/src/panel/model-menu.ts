/** What can be done with models and versions. */

import { allows, type Model } from '../api/types';
import { type CodeModel, modelCode, modelUri } from '../code';
import { t } from '../i18n';
import type { MenuItem } from '../views/parts/menu';
import { visible } from '../views/parts/text';
import { type Context, copy, put, putting, whole } from './context';
import type { ModelLine } from './model-lines';

export interface ModelTools {
  readonly context: Context;
  readonly trash: boolean;
  onRename(model: Model): void;
}

/** What a line's code loads: the version that an alias stands for, else the newest. */
export function modelOf(line: ModelLine): CodeModel | null {
  const { name, aliases, latest } = line.model;
  if (line.is === 'version') {
    const [alias] = line.version.aliases;
    return alias === undefined ? { name, version: line.version.version } : { name, alias };
  }
  const [alias] = Object.keys(aliases);
  if (alias !== undefined) return { name, alias };
  return latest === null ? null : { name, version: latest };
}

/** Opens a line's page. */
export function openLine({ services, store }: Context, line: ModelLine): void {
  const { name } = line.model;
  if (line.is === 'version') {
    services.shell.open({ page: 'version', store: store.id, name, version: line.version.version });
  } else services.shell.open({ page: 'model', store: store.id, name });
}

/** The menu of a line. */
export function modelMenu(tools: ModelTools, line: ModelLine): MenuItem[] {
  const { context, trash } = tools;
  const { model } = line;
  const { services, store, readOnly, api, undo } = context;
  const may = !readOnly && allows(model.permission, 'EDIT');
  if (trash) {
    return [{ label: t('Restore'), icon: 'undo', disabled: !may, onSelect: () => restoreModel(context, model) }];
  }
  const loads = modelOf(line);
  const common: MenuItem[] = [
    { label: t('Open'), icon: 'expand', keys: 'Enter', onSelect: () => openLine(context, line) },
    ...(line.is === 'version' ? [] : aliasItems(context, model)),
    {
      ...putting(services.shell),
      disabled: loads === null,
      onSelect: () => loads && void put(context, modelCode(loads, context.code))
    },
    {
      label: t('Copy URI'),
      icon: 'copy',
      keys: 'Ctrl C',
      disabled: loads === null,
      onSelect: () => void copyUri(context, line)
    }
  ];
  if (line.is === 'version') {
    const { version, run_id } = line.version;
    return [
      ...common,
      ...(run_id === null
        ? []
        : [
            {
              label: t('Open its run'),
              icon: 'experiment' as const,
              onSelect: () => services.shell.open({ page: 'run', store: store.id, run_id })
            }
          ]),
      {
        label: t('Delete version'),
        icon: 'trash',
        keys: 'Delete',
        apart: true,
        disabled: !may,
        onSelect: () =>
          void undo.run(
            whole(model.name, () => api.deleteVersion(model.name, version)),
            () => t('Deleted version %2 of %1', visible(model.name), version),
            () => whole(model.name, () => api.restoreVersion(model.name, version))
          )
      }
    ];
  }
  return [
    ...common,
    {
      label: t('Rename'),
      icon: 'edit',
      keys: 'F2',
      apart: true,
      disabled: !may,
      onSelect: () => tools.onRename(model)
    },
    { label: t('Delete'), icon: 'trash', keys: 'Delete', disabled: !may, onSelect: () => removeModel(context, model) }
  ];
}

/** Does what a key says to a line; tells whether it was one of these keys. */
export function modelKey(tools: ModelTools, event: KeyboardEvent, line: ModelLine): boolean {
  const key = event.key.toLowerCase();
  const command = event.ctrlKey || event.metaKey;
  if (command && key === 'c') {
    void copyUri(tools.context, line);
    return true;
  }
  if (command || event.altKey || (key !== 'f2' && key !== 'delete')) return false;
  const wanted = key === 'f2' ? 'F2' : 'Delete';
  const item = modelMenu(tools, line).find(({ keys }) => keys === wanted);
  if (!item || item.disabled) return false;
  item.onSelect();
  return true;
}

export function renameModel({ api, undo }: Context, { name: before }: Model, name: string): void {
  void undo.run(
    whole(name, () => api.changeModel(before, { name })),
    () => t('Renamed %1 to %2', visible(before), visible(name)),
    () => whole(before, () => api.changeModel(name, { name: before }))
  );
}

function removeModel({ api, undo }: Context, { name }: Model): void {
  void undo.run(
    whole(name, () => api.deleteModel(name)),
    () => t('Deleted %1', visible(name)),
    () => whole(name, () => api.restoreModel(name))
  );
}

function restoreModel({ api, undo }: Context, { name }: Model): void {
  void undo.run(
    whole(name, () => api.restoreModel(name)),
    () => t('Restored %1', visible(name)),
    () => whole(name, () => api.deleteModel(name))
  );
}

function aliasItems({ services, store }: Context, { name, aliases }: Model): MenuItem[] {
  return Object.entries(aliases)
    .slice(0, 6)
    .map(([alias, version]) => ({
      label: t('Open @%1 (version %2)', visible(alias), version),
      icon: 'model',
      onSelect: () => services.shell.open({ page: 'version', store: store.id, name, version })
    }));
}

async function copyUri(context: Context, line: ModelLine): Promise<void> {
  const loads = modelOf(line);
  if (loads) await copy(context, modelUri(loads), t('Copied the URI'));
}
