/** The lines of the tree of models: a model, and below it its versions where it is open. */

import type { Model, Version } from '../api/types';
import { t, tn } from '../i18n';
import { visible } from '../views/parts/text';
import type { ListItem } from './list';
import type { Versions } from './use-versions';

export type ModelLine = ListItem &
  (
    | { readonly is: 'model'; readonly model: Model }
    | { readonly is: 'version'; readonly model: Model; readonly version: Version }
    | { readonly is: 'note'; readonly model: Model; readonly text: string }
  );

/** Makes the lines. */
export function modelLines(
  models: readonly Model[],
  open: ReadonlySet<string>,
  versions: Versions,
  areLeaves: boolean
): readonly ModelLine[] {
  return models.flatMap((model): ModelLine[] => {
    const isOpen = open.has(model.name);
    const head: ModelLine = {
      is: 'model',
      id: `model ${model.name}`,
      level: 1,
      open: areLeaves ? undefined : isOpen,
      model
    };
    return isOpen && !areLeaves ? [head, ...below(model, versions.get(model.name) ?? null)] : [head];
  });
}

function below(model: Model, versions: readonly Version[] | Error | null): ModelLine[] {
  const note = (text: string): ModelLine[] => [{ is: 'note', id: `note ${model.name}`, level: 2, model, text }];
  if (versions === null) return note(t('Loading …'));
  if (versions instanceof Error) return note(versions.message);
  if (!versions.length) return note(t('No versions yet'));
  return [...versions]
    .filter(({ lifecycle_stage }) => lifecycle_stage !== 'deleted')
    .sort((a, b) => b.version - a.version)
    .map(version => ({
      is: 'version',
      id: `version ${version.version} ${model.name}`,
      level: 2,
      model,
      version
    }));
}

/** A line for who hears it. */
export function spokenLine(line: ModelLine): string {
  if (line.is === 'note') return line.text;
  return line.is === 'model' ? spokenModel(line.model) : spokenVersion(line.version);
}

function spokenModel({ name, versions, aliases }: Model): string {
  const parts = [visible(name)];
  if (versions !== null) parts.push(tn('%1 version', '%1 versions', versions));
  for (const [alias, version] of Object.entries(aliases)) parts.push(t('%1 is version %2', visible(alias), version));
  return parts.join(', ');
}

function spokenVersion({ version, aliases }: Version): string {
  return [t('version %1', version), ...aliases.map(visible)].join(', ');
}
