/** The head of an experiment's page: its name and description, and what can be done to it. */

import type { ComponentChildren } from 'preact';
import type { StoreApi } from '../../api/store-api';
import { allows, type Experiment, type ServerInfo, type StoreInfo } from '../../api/types';
import { searchCode } from '../../code';
import { t, tn } from '../../i18n';
import type { PageRef, Shell } from '../../shell';
import { TrashBar } from '../bars';
import { CodeButton, storeOf } from '../code-button';
import { AskButton } from '../dialog';
import { CopyLink, Head, Locked, Mark } from '../frame';
import { NOTE_TAG, Note } from '../note';

export interface ExperimentHeadProps {
  of: Extract<PageRef, { page: 'experiment' }>;
  shell: Shell;
  store: StoreApi;
  info: StoreInfo | undefined;
  experiment: Experiment;
  server: ServerInfo | undefined;
  can: boolean;
  /** What the table is filtered by. */
  filter: string;
  onChanged: () => void;
  /** What can be done with the runs. */
  children: ComponentChildren;
}

/** The head. */
export function ExperimentHead(props: ExperimentHeadProps) {
  const { of, shell, store, info, experiment, server, can, filter, onChanged, children } = props;
  const { experiment_id: id, name, tags } = experiment;
  const manages = can && allows(experiment.permission, 'MANAGE');
  const deleted = experiment.lifecycle_stage === 'deleted';
  const change = async (patch: Parameters<StoreApi['changeExperiment']>[1]) => {
    await store.changeExperiment(id, patch);
    onChanged();
  };
  return (
    <Head
      shell={shell}
      crumbs={[storeOf(info, of.store), { text: name }]}
      marks={
        <>
          {deleted && <Mark kind="trash">{t('in the trash')}</Mark>}
          <Locked server={server} can={can} />
          {experiment.running > 0 && (
            <span class="nbf-pages-running">
              <span class="nbf-is-running" aria-hidden="true">
                ●
              </span>{' '}
              {tn('%1 running', '%1 running', experiment.running)}
            </span>
          )}
        </>
      }
      actions={
        <>
          {children}
          <CodeButton
            shell={shell}
            info={info}
            label={t('the code that searches these runs')}
            code={place => searchCode({ experimentNames: [name], ...(filter && { filter }) }, place)}
          />
          <CopyLink shell={shell} to={{ ...of, ...(filter ? { filter } : { filter: undefined }) }} />
          {can && !deleted && (
            <AskButton
              label={t('Rename the experiment')}
              icon="edit"
              look="plain"
              fields={[{ name: 'name', label: t('Name of the experiment'), value: name }]}
              does={t('Rename')}
              act={values => change({ name: values.name.trim() })}
            />
          )}
          {manages && !deleted && (
            <AskButton
              label={t('Delete the experiment')}
              icon="trash"
              look="plain"
              question={tn(
                'The experiment and its %1 run go into the trash. They can be restored from there.',
                'The experiment and its %1 runs go into the trash. They can be restored from there.',
                experiment.runs
              )}
              does={t('Delete')}
              danger
              act={async () => {
                await store.deleteExperiment(id);
                onChanged();
              }}
            />
          )}
        </>
      }
    >
      {deleted && (
        <TrashBar
          said={t('This experiment is in the trash.')}
          label={t('Restore the experiment')}
          onRestore={manages ? () => void store.restoreExperiment(id).then(onChanged, onChanged) : null}
        />
      )}
      <Note
        text={tags[NOTE_TAG] ?? ''}
        onSave={can && !deleted ? text => change({ tags: { [NOTE_TAG]: text.trim() ? text : null } }) : undefined}
      />
    </Head>
  );
}
