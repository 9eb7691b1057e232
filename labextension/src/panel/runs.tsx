/** The runs of the chosen experiment. */

import { useState } from 'preact/hooks';
import { allows, type Experiment } from '../api/types';
import { firstRunCode } from '../code';
import { t, tn } from '../i18n';
import { Button } from '../views/parts/button';
import { Menu, MenuButton } from '../views/parts/menu';
import { visible } from '../views/parts/text';
import { CodeHint } from './code-hint';
import { type Context, put, putting } from './context';
import type { Point } from './list';
import { runActions } from './run-actions';
import { RunList } from './run-list';
import { type RunTools, runMenu, runsCode } from './run-menu';
import { RunsBar } from './runs-bar';
import { RunsToolbar } from './runs-toolbar';
import { isAboutFilter } from './search-field';
import { Section } from './section';
import { meant } from './selection';
import { Nothing, Problem, Skeleton } from './states';
import { TagBox } from './tag-box';
import type { Fold } from './use-folds';
import { type Runs, useRuns } from './use-runs';

export interface RunsProps {
  context: Context;
  fold: Fold;
  experiment: Experiment;
}

/** Draws the section. */
export function RunsSection({ context, fold, experiment }: RunsProps) {
  const { store, services, readOnly } = context;
  const { shell } = services;
  const runs = useRuns(context, experiment);
  const { paged, kept, selection, trash } = runs;
  const { items } = paged;
  const [editing, setEditing] = useState<string | null>(null);
  const [menu, setMenu] = useState<{ ids: readonly string[]; at: Point } | null>(null);
  const [tagging, setTagging] = useState<{ ids: readonly string[]; at: HTMLElement | Point } | null>(null);
  const tools: RunTools = {
    context,
    experiment,
    runs,
    actions: runActions(context, runs.forget),
    mayChange: !readOnly && allows(experiment.permission, 'EDIT'),
    onRename: setEditing,
    onTag: (ids, at) => setTagging({ ids, at })
  };
  const openTable = () =>
    shell.open({
      page: 'experiment',
      store: store.id,
      experiment_id: experiment.experiment_id,
      ...(runs.filter && { filter: runs.filter })
    });
  const { n, exact } = paged.total;
  const edited = items.find(({ id }) => id === editing);
  return (
    <Section
      name="runs"
      title={trash ? t('Deleted runs') : t('Runs')}
      of={experiment.name}
      count={paged.loaded ? `${n.toLocaleString('en')}${exact ? '' : '+'}` : null}
      open={fold.open}
      onFold={fold.set}
      tools={
        <>
          <Button label={t('Open as table')} icon="expand" look="plain" onClick={openTable} />
          <MenuButton
            label={t('More about these runs')}
            icon="more"
            look="plain"
            items={[
              {
                label: shell.insert ? t('Insert this search') : t('Copy the code of this search'),
                icon: putting(shell).icon,
                onSelect: () => void put(context, runs.code())
              },
              {
                label: t('Starred first'),
                apart: true,
                checked: kept.stars === 'first',
                onSelect: () => runs.set({ stars: kept.stars === 'first' ? 'off' : 'first' })
              },
              {
                label: t('Only starred'),
                checked: kept.stars === 'only',
                onSelect: () => runs.set({ stars: kept.stars === 'only' ? 'off' : 'only' })
              },
              { label: t('Deleted runs'), apart: true, checked: trash, onSelect: () => runs.setTrash(!trash) },
              { label: t('Refresh'), icon: 'refresh', onSelect: paged.refresh }
            ]}
          />
        </>
      }
    >
      <RunsToolbar key={experiment.experiment_id} runs={runs} />
      {paged.error !== null && !isAboutFilter(paged.error) && <Problem error={paged.error} onRetry={paged.refresh} />}
      {!paged.loaded && paged.error === null && <Skeleton lines={6} />}
      {paged.loaded && !items.length && <NoRuns context={context} runs={runs} experiment={experiment} />}
      {items.length > 0 && (
        <RunList
          key={`${store.id} ${experiment.experiment_id} ${trash}`}
          tools={tools}
          onMenu={(ids, at) => setMenu({ ids, at })}
          onDrag={
            shell.dragStart &&
            ((run, event) => {
              // What is dragged is all that is selected, where this is among it.
              const ids = meant(selection, run.id);
              const label = ids.length > 1 ? tn('%1 run', '%1 runs', ids.length) : visible(run.name);
              shell.dragStart?.(event, runsCode(ids, experiment.name, context.code), label);
            })
          }
          editing={
            edited
              ? {
                  id: edited.id,
                  label: t('Name of the run'),
                  value: edited.name,
                  onDone: name => {
                    setEditing(null);
                    if (name?.trim()) tools.actions.rename(edited, name.trim());
                  }
                }
              : null
          }
        />
      )}
      {/* Below the list: above it, it would move the line away from under the second click of two. */}
      {selection.ids.size > 0 && <RunsBar tools={tools} />}
      {menu && (
        <Menu
          label={tn('%1 run', '%1 runs', menu.ids.length)}
          items={runMenu(tools, menu.ids, menu.at)}
          anchor={menu.at}
          onClose={() => setMenu(null)}
        />
      )}
      {tagging && (
        <TagBox
          anchor={tagging.at}
          runIds={tagging.ids}
          known={runs.keys.tags}
          onTag={tools.actions.tag}
          onClose={() => setTagging(null)}
        />
      )}
    </Section>
  );
}

function NoRuns({ context, runs, experiment }: { context: Context; runs: Runs; experiment: Experiment }) {
  const { kept, trash } = runs;
  const isDefault = experiment.experiment_id === '0';
  if (trash) return <Nothing>{t('The trash is empty.')}</Nothing>;
  if (kept.filter || kept.stars === 'only') {
    return (
      <Nothing>
        {kept.filter ? t('No run passes the filter.') : t('No run of this experiment has a star. Press S on one.')}{' '}
        <Button label={t('Show all')} look="plain" onClick={() => runs.set({ filter: '', stars: 'off' })}>
          {t('Show all')}
        </Button>
      </Nothing>
    );
  }
  return (
    <Nothing>
      {t('No runs yet. Log one from a notebook; it appears here by itself:')}
      <CodeHint context={context} code={firstRunCode(context.code, isDefault ? undefined : experiment.name)} />
    </Nothing>
  );
}
