/** The page of a version: its card, with the way to its model and its run. */

import { useEffect, useState } from 'preact/hooks';
import { allows } from '../api/types';
import { modelCode } from '../code';
import { t } from '../i18n';
import { text } from '../views/given';
import { Card } from '../views/model-card/card';
import { Button } from '../views/parts/button';
import { Bar, ErrorBoundary } from '../views/parts/message';
import { TrashBar } from './bars';
import { CodeButton, storeOf } from './code-button';
import { AskButton } from './dialog';
import { CopyLink, Head, Loaded, Locked, Mark, PageLink, type PageProps } from './frame';
import { useAsked, useRest, useServer, useStoreInfo } from './hooks';

/** The page. */
export function VersionPage({ of, services, signal, onTitle }: PageProps<'version'>) {
  const { api, shell } = services;
  const store = api.store(of.store);
  const { name, version } = of;
  const server = useServer(api);
  const info = useStoreInfo(api, of.store);
  const [trouble, setTrouble] = useState<string | null>(null);
  const source = useRest(() => store.modelSource(name, version), [store, name, version]);
  const model = useAsked({
    ask: life => store.model(name, life),
    watch: listener => store.watch(listener),
    concerns: change => change.models,
    of: [store, name]
  }).value;
  const title = t('%1, version %2', name, version);
  useEffect(() => onTitle(title), [title]);
  const data = source.loaded ? source.data : null;
  const permission = text((data as { permission?: unknown } | null)?.permission) ?? 'NO_PERMISSIONS';
  const can = !server?.read_only && allows(permission as 'EDIT', 'EDIT');
  const manages = can && allows(permission as 'MANAGE', 'MANAGE');
  const runId = model?.version_list.find(each => each.version === version)?.run_id ?? null;
  const toModel = { page: 'model' as const, store: of.store, name };
  const restore = async () => {
    try {
      await store.restoreVersion(name, version);
      await source.refresh();
    } catch (error) {
      setTrouble(error instanceof Error ? error.message : String(error));
    }
  };
  return (
    <Loaded
      source={source}
      what={t('version')}
      ways={
        <Button label={t('To the model')} onClick={() => shell.open(toModel)}>
          {t('To the model')}
        </Button>
      }
    >
      {() => (
        <div class="nbf-pages-scroll">
          <Head
            shell={shell}
            crumbs={[storeOf(info, of.store), { text: name, to: toModel }, { text: t('Version %1', version) }]}
            marks={
              <>
                {data?.deleted && <Mark kind="trash">{t('in the trash')}</Mark>}
                <Locked server={server} can={can} />
              </>
            }
            actions={
              <>
                {runId !== null && (
                  <PageLink shell={shell} to={{ page: 'run', store: of.store, run_id: runId }} look="button">
                    {t('Its run')}
                  </PageLink>
                )}
                <CodeButton
                  shell={shell}
                  info={info}
                  label={t('the code that loads this model')}
                  code={place => modelCode({ name, version }, place)}
                />
                <CopyLink shell={shell} to={of} />
                {manages && !data?.deleted && (
                  <AskButton
                    label={t('Delete the version')}
                    icon="trash"
                    look="plain"
                    question={t('The version goes into the trash, and its aliases stand for nothing any more.')}
                    does={t('Delete')}
                    danger
                    act={async () => {
                      await store.deleteVersion(name, version);
                      await source.refresh();
                    }}
                  />
                )}
              </>
            }
          >
            {data?.deleted && (
              <TrashBar
                said={t('This version is in the trash.')}
                label={t('Restore the version')}
                onRestore={manages ? () => void restore() : null}
              />
            )}
            {trouble !== null && <Bar kind="error">{trouble}</Bar>}
          </Head>
          <div class="nbf-view nbf-model-card">
            <ErrorBoundary what="model card">
              <Card source={source} signal={signal} fixed={!can} titled={false} />
            </ErrorBoundary>
          </div>
        </div>
      )}
    </Loaded>
  );
}
