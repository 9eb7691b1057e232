/** The experiments of the store: one of them is chosen, and its runs are listed below. */

import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Experiment } from '../api/types';
import { t, tn } from '../i18n';
import { Menu } from '../views/parts/menu';
import { UserText, visible } from '../views/parts/text';
import { AskBox } from './ask-box';
import type { Context } from './context';
import {
  type ExperimentTools,
  experimentCode,
  experimentKey,
  experimentMenu,
  openTable,
  renameExperiment
} from './experiment-menu';
import { List, type Point } from './list';
import { ListSection } from './list-section';
import { MoreDots } from './more-dots';
import type { Fold } from './use-folds';
import { usePages } from './use-pages';

const ROW_HEIGHT = 26;

export interface ExperimentsProps {
  context: Context;
  fold: Fold;
  chosen: string | null;
  onChoose: (experiment: Experiment) => void;
  /** Told of the experiments that are there, when none is chosen or the chosen one changed. */
  onSeen: (experiments: readonly Experiment[], isAll: boolean) => void;
}

/** Draws the section. */
export function Experiments({ context, fold, chosen, onChoose, onSeen }: ExperimentsProps) {
  const { api, store, services, readOnly, ticks, undo } = context;
  const [trash, setTrash] = useState(false);
  const [filter, setFilter] = useState('');
  const [editing, setEditing] = useState<string | null>(null);
  const [menu, setMenu] = useState<{ experiment: Experiment; at: Point } | null>(null);
  const [naming, setNaming] = useState<HTMLElement | Point | null>(null);
  const view = trash ? 'deleted' : 'active';
  const paged = usePages<Experiment>(`${store.id} ${view} ${filter}`, `${store.id} ${view}`, ticks.experiments, () => [
    async (page_token, max_results, signal) => {
      const found = await api.experiments({ filter, view, page_token, max_results }, signal);
      return { items: found.experiments, next: found.next_page_token };
    }
  ]);
  const { items } = paged;
  useEffect(() => {
    if (paged.loaded && !trash) onSeen(items, filter === '' && paged.total.exact);
  }, [items, trash, filter]);
  const tools: ExperimentTools = { context, trash, onRename: ({ experiment_id }) => setEditing(experiment_id) };
  const lines = useMemo(() => items.map(({ experiment_id: id }) => ({ id })), [items]);
  const edited = items.find(({ experiment_id }) => experiment_id === editing);
  return (
    <ListSection
      name="experiments"
      words={{
        title: t('Experiments'),
        deleted: t('Deleted experiments'),
        create: t('New experiment'),
        search: t('Search experiments'),
        more: t('More about experiments'),
        field: t('Search experiments: words, or such as tags.team = …'),
        placeholder: t("name, or tags.team = 'a'"),
        none: t('No experiments yet. The first run makes one, or press +.'),
        unmatched: t('No experiment matches.')
      }}
      fold={fold}
      paged={paged}
      attributes={['name', 'experiment_id', 'creation_time', 'last_update_time']}
      skeletons={3}
      filter={filter}
      onFilter={setFilter}
      trash={trash}
      onTrash={setTrash}
      onCreate={readOnly ? null : setNaming}
    >
      {items.length > 0 && (
        <List
          label={trash ? t('Deleted experiments') : t('Experiments')}
          items={lines}
          spoken={index => (items[index] ? spoken(items[index]) : '')}
          count={paged.total.n}
          rowHeight={ROW_HEIGHT}
          selected={new Set(chosen === null || trash ? [] : [chosen])}
          draw={index => <Line experiment={items[index] as Experiment} />}
          onSelect={index => items[index] && !trash && onChoose(items[index])}
          onOpen={index => items[index] && !trash && openTable(context, items[index])}
          onKey={(event, index) => items[index] !== undefined && experimentKey(tools, event, items[index])}
          onMenu={(index, at) => items[index] && setMenu({ experiment: items[index], at })}
          onDo={(_, index, at) => items[index] && setMenu({ experiment: items[index], at })}
          onSeen={paged.want}
          {...(services.shell.dragStart && {
            onDrag: (index: number, event: PointerEvent) => {
              const experiment = items[index];
              if (experiment)
                services.shell.dragStart?.(event, experimentCode(context, experiment), visible(experiment.name));
            }
          })}
          editing={
            edited
              ? {
                  id: edited.experiment_id,
                  label: t('Name of the experiment'),
                  value: edited.name,
                  onDone: name => {
                    setEditing(null);
                    if (name?.trim()) renameExperiment(context, edited, name.trim());
                  }
                }
              : null
          }
        />
      )}
      {menu && (
        <Menu
          label={t('Experiment %1', visible(menu.experiment.name))}
          items={experimentMenu(tools, menu.experiment)}
          anchor={menu.at}
          onClose={() => setMenu(null)}
        />
      )}
      {naming && (
        <AskBox
          label={t('New experiment')}
          anchor={naming}
          fields={[{ label: t('Name of the experiment'), placeholder: t('name') }]}
          action={t('Create')}
          onDone={async ([name = '']) => {
            const made = await api.createExperiment(name);
            undo.say(t('Created %1', visible(made.name)));
            paged.refresh();
            onChoose(made);
          }}
          onClose={() => setNaming(null)}
        />
      )}
    </ListSection>
  );
}

function spoken({ name, runs, running }: Experiment): string {
  const parts = [visible(name), tn('%1 run', '%1 runs', runs)];
  if (running) parts.push(t('%1 running', running));
  return parts.join(', ');
}

function Line({ experiment: { name, runs, running } }: { experiment: Experiment }) {
  return (
    <>
      <span class="nbf-line-name">
        <UserText text={name} limit={80} title={name} />
      </span>
      {running > 0 && (
        <span class="nbf-line-running nbf-is-running" title={t('%1 running', running)}>
          ●{running > 1 ? ` ${running}` : ''}
        </span>
      )}
      <span class="nbf-line-count nbf-soft" title={tn('%1 run', '%1 runs', runs)}>
        {runs.toLocaleString('en')}
      </span>
      <MoreDots />
    </>
  );
}
