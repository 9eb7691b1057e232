/** The page of a run: all of it, and what can be done to it. */

import { useEffect, useMemo, useState } from 'preact/hooks';
import { allows } from '../../api/types';
import { runCode } from '../../code';
import { t } from '../../i18n';
import { ErrorBoundary } from '../../views/parts/message';
import { readPage } from '../../views/run-page/data';
import { RunPage as RunView } from '../../views/run-page/page';
import { TrashBar, TroubleBar } from '../bars';
import { CodeButton, storeOf } from '../code-button';
import { AskButton } from '../dialog';
import { CopyLink, Head, Loaded, Locked, Mark, type PageProps } from '../frame';
import { useRest, useServer, useStoreInfo } from '../hooks';
import { NOTE_TAG } from '../note';
import { Children } from './children';
import { RegisterDialog, type Registering } from './register';

const PARENT_TAG = 'mlflow.parentRunId';

/** The page. */
export function RunPage({ of, services, onTitle }: PageProps<'run'>) {
  const { api, shell } = services;
  const store = api.store(of.store);
  const server = useServer(api);
  const info = useStoreInfo(api, of.store);
  const [registering, setRegistering] = useState<Registering | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const open = shell.openNotebook;
  const fixed = server?.read_only ?? false;
  const source = useRest(
    () =>
      store.runSource(of.run_id, {
        ...(!fixed && { register: path => setRegistering({ path, anchor: pressed() }) }),
        openVersion: ({ name, version }) => shell.open({ page: 'version', store: of.store, name, version }),
        ...(open && {
          cameFrom: where => void open(where.notebook, where.cell_id).catch(reason => setTrouble(words(reason)))
        })
      }),
    [store, of.run_id, open, fixed]
  );
  const data = source.loaded ? source.data : null;
  const run = useMemo(() => readPage(data), [data]);
  useEffect(() => {
    if (run) onTitle(run.name || of.run_id.slice(0, 8));
  }, [run?.name]);

  const can = !fixed && allows(data?.permission ?? 'NO_PERMISSIONS', 'EDIT');
  const manages = can && allows(data?.permission ?? 'NO_PERMISSIONS', 'MANAGE');
  const experiment = data
    ? { page: 'experiment' as const, store: of.store, experiment_id: data.experiment_id }
    : undefined;
  const parent = run?.systemTags.find(([key]) => key === PARENT_TAG)?.[1];
  const above = parent ? [{ text: t('run %1', parent.slice(-8)), to: { ...of, run_id: parent } }] : [];
  const changed = async (outcome: Promise<{ failed: readonly { message: string }[] }>) => {
    const { failed } = await outcome;
    if (failed[0]) throw new Error(failed[0].message);
    await source.refresh();
  };
  const restore = () => changed(store.restoreRuns([of.run_id])).catch(reason => setTrouble(words(reason)));
  return (
    <Loaded source={source} what={t('run')}>
      {() => (
        <div class="nbf-pages-scroll">
          <Head
            shell={shell}
            crumbs={[
              storeOf(info, of.store),
              { text: run?.experiment ?? '', to: experiment },
              ...above,
              { text: run?.name ?? '' }
            ]}
            marks={
              <>
                {run?.deleted && <Mark kind="trash">{t('in the trash')}</Mark>}
                <Locked server={server} can={can} />
              </>
            }
            actions={
              <>
                {can && !run?.deleted && (
                  <>
                    <AskButton
                      label={t('Rename the run')}
                      icon="edit"
                      text={t('Rename')}
                      fields={[{ name: 'name', label: t('Name of the run'), value: run?.name ?? '' }]}
                      does={t('Rename')}
                      act={({ name }) => changed(store.renameRun(of.run_id, name.trim()))}
                    />
                    <AskButton
                      label={t('Describe the run')}
                      icon="notebook"
                      text={t('Describe')}
                      fields={[
                        {
                          name: 'text',
                          label: t('Description'),
                          value: run?.description ?? '',
                          long: true,
                          optional: true
                        }
                      ]}
                      does={t('Keep it')}
                      act={({ text }) => changed(store.tagRuns([of.run_id], NOTE_TAG, text.trim() ? text : null))}
                    />
                    <AskButton
                      label={t('Tag the run')}
                      icon="tag"
                      text={t('Tag')}
                      question={t('An empty value takes the tag away.')}
                      fields={[
                        { name: 'key', label: t('Tag'), list: run?.tags.map(([key]) => key) ?? [] },
                        { name: 'value', label: t('Value'), optional: true }
                      ]}
                      does={t('Set')}
                      act={({ key, value }) =>
                        changed(store.tagRuns([of.run_id], key.trim(), value === '' ? null : value))
                      }
                    />
                  </>
                )}
                <CodeButton
                  shell={shell}
                  info={info}
                  label={t('the code that loads this run')}
                  code={place => runCode(of.run_id, place)}
                />
                <CopyLink shell={shell} to={of} />
                {manages && !run?.deleted && (
                  <AskButton
                    label={t('Delete the run')}
                    icon="trash"
                    look="plain"
                    question={t('The run goes into the trash. It can be restored from there.')}
                    does={t('Delete')}
                    danger
                    act={() => changed(store.deleteRuns([of.run_id]))}
                  />
                )}
              </>
            }
          >
            {run?.deleted && (
              <TrashBar
                said={t('This run is in the trash.')}
                label={t('Restore the run')}
                onRestore={manages ? () => void restore() : null}
              />
            )}
            <TroubleBar said={trouble} onClose={() => setTrouble(null)} />
          </Head>
          <div class="nbf-view nbf-run-page nbf-pages-run">
            <ErrorBoundary what="run">
              <RunView source={source} titled={false} />
            </ErrorBoundary>
          </div>
          {data && <Children store={store} shell={shell} runId={of.run_id} experimentId={data.experiment_id} />}
          {registering && (
            <RegisterDialog
              store={store}
              runId={of.run_id}
              registering={registering}
              onDone={({ name, version }) => {
                void source.refresh();
                shell.open({ page: 'version', store: of.store, name, version });
              }}
              onClose={() => setRegistering(null)}
            />
          )}
        </div>
      )}
    </Loaded>
  );
}

/** The button that was pressed; not each browser gives it the focus. */
function pressed(): Registering['anchor'] {
  const { activeElement, body } = document;
  if (activeElement instanceof HTMLElement && activeElement !== body) return activeElement;
  return { x: window.innerWidth / 3, y: window.innerHeight / 3 };
}

function words(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
