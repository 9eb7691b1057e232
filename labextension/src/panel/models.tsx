/** The registered models of the store, and their versions. */

import { useMemo, useState } from 'preact/hooks';
import type { Model } from '../api/types';
import { modelCode } from '../code';
import { t } from '../i18n';
import { Menu } from '../views/parts/menu';
import { visible } from '../views/parts/text';
import { useNow } from './age';
import { AskBox } from './ask-box';
import type { Context } from './context';
import { List, type Point } from './list';
import { ListSection } from './list-section';
import { ModelLineView } from './model-line';
import { type ModelLine, modelLines, spokenLine } from './model-lines';
import { type ModelTools, modelKey, modelMenu, modelOf, openLine, renameModel } from './model-menu';
import type { Fold } from './use-folds';
import { usePages } from './use-pages';
import { useVersions } from './use-versions';

const ROW_HEIGHT = 26;

/** Draws the section. */
export function Models({ context, fold }: { context: Context; fold: Fold }) {
  const { api, store, services, readOnly, ticks, undo } = context;
  const [trash, setTrash] = useState(false);
  const [filter, setFilter] = useState('');
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [selected, setSelected] = useState<string | null>(null);
  const [editing, setEditing] = useState<string | null>(null);
  const [menu, setMenu] = useState<{ line: ModelLine; at: Point } | null>(null);
  const [naming, setNaming] = useState<HTMLElement | null>(null);
  const view = trash ? 'deleted' : 'active';
  const paged = usePages<Model>(`${store.id} ${view} ${filter}`, `${store.id} ${view}`, ticks.models, () => [
    async (page_token, max_results, signal) => {
      const found = await api.models({ filter, view, page_token, max_results }, signal);
      return { items: found.models, next: found.next_page_token };
    }
  ]);
  const { items } = paged;
  const shown = useMemo(() => items.map(({ name }) => name).filter(name => open.has(name)), [items, open]);
  const versions = useVersions(api, shown, ticks.models);
  const lines = useMemo(() => modelLines(items, open, versions, trash), [items, open, versions, trash]);
  const now = useNow(false);
  const tools: ModelTools = { context, trash, onRename: ({ name }) => setEditing(name) };
  const { n, exact } = paged.total;
  const edited = items.find(({ name }) => name === editing);
  return (
    <ListSection
      name="models"
      words={{
        title: t('Models'),
        deleted: t('Deleted models'),
        create: t('New model'),
        search: t('Search models'),
        more: t('More about models'),
        field: t('Search models: words, or such as tags.task = …'),
        placeholder: t("name, or aliases = 'champion'"),
        none: t('No registered models yet. Register one from the page of its run, or press +.'),
        unmatched: t('No model matches.')
      }}
      fold={fold}
      paged={paged}
      attributes={['name', 'user_id', 'aliases', 'creation_timestamp', 'last_updated_timestamp']}
      skeletons={2}
      filter={filter}
      onFilter={setFilter}
      trash={trash}
      onTrash={setTrash}
      onCreate={readOnly ? null : setNaming}
    >
      {items.length > 0 && (
        <List
          label={trash ? t('Deleted models') : t('Models')}
          role="tree"
          items={lines}
          spoken={index => (lines[index] ? spokenLine(lines[index]) : '')}
          count={lines.length + (exact ? 0 : n - items.length)}
          rowHeight={ROW_HEIGHT}
          selected={new Set(selected === null ? [] : [selected])}
          draw={index => lines[index] && <ModelLineView line={lines[index]} now={now} />}
          onSelect={index => setSelected(lines[index]?.id ?? null)}
          onOpen={index => lines[index] && openLine(context, lines[index])}
          onFold={(index, isOpen) => {
            const name = lines[index]?.model.name;
            if (name === undefined) return;
            const after = new Set(open);
            if (isOpen) after.add(name);
            else after.delete(name);
            setOpen(after);
          }}
          onKey={(event, index) => lines[index] !== undefined && modelKey(tools, event, lines[index])}
          onMenu={(index, at) => lines[index] && setMenu({ line: lines[index], at })}
          onDo={(_, index, at) => lines[index] && setMenu({ line: lines[index], at })}
          onSeen={end => paged.want(end)}
          {...(services.shell.dragStart && {
            onDrag: (index: number, event: PointerEvent) => {
              const line = lines[index];
              const loads = line && modelOf(line);
              if (line && loads) {
                services.shell.dragStart?.(event, modelCode(loads, context.code), visible(line.model.name));
              }
            }
          })}
          editing={
            edited
              ? {
                  id: `model ${edited.name}`,
                  label: t('Name of the model'),
                  value: edited.name,
                  onDone: name => {
                    setEditing(null);
                    if (name?.trim()) renameModel(context, edited, name.trim());
                  }
                }
              : null
          }
        />
      )}
      {menu && (
        <Menu
          label={t('Model %1', visible(menu.line.model.name))}
          items={modelMenu(tools, menu.line)}
          anchor={menu.at}
          onClose={() => setMenu(null)}
        />
      )}
      {naming && (
        <AskBox
          label={t('New model')}
          anchor={naming}
          fields={[{ label: t('Name of the model'), placeholder: t('name') }]}
          action={t('Create')}
          onDone={async ([name = '']) => {
            const made = await api.createModel(name);
            undo.say(t('Created %1', visible(made.name)));
            paged.refresh();
          }}
          onClose={() => setNaming(null)}
        />
      )}
    </ListSection>
  );
}
