/** The page of a registered model: its versions, what stands for them, and what was done to it. */

import { useEffect, useState } from 'preact/hooks';
import { allows, type ModelDetails } from '../../api/types';
import { modelCode } from '../../code';
import { t, tn } from '../../i18n';
import { History } from '../../views/model-card/history';
import { Table } from '../../views/model-card/table';
import { moment } from '../../views/parts/format';
import { UserText } from '../../views/parts/text';
import { TrashBar, TroubleBar } from '../bars';
import { CodeButton, storeOf } from '../code-button';
import { AskButton } from '../dialog';
import { CopyLink, Head, Locked, Mark, type PageProps, Waiting } from '../frame';
import { useAsked, useServer, useStoreInfo } from '../hooks';
import { Note } from '../note';
import { Tags } from './tags';
import { Versions } from './versions';

/** The page. */
export function ModelPage({ of, services, onTitle }: PageProps<'model'>) {
  const { api, shell } = services;
  const store = api.store(of.store);
  const { name } = of;
  const server = useServer(api);
  const info = useStoreInfo(api, of.store);
  const asked = useAsked<ModelDetails>({
    ask: signal => store.model(name, signal),
    watch: listener => store.watch(listener),
    concerns: change => change.models,
    of: [store, name]
  });
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => onTitle(name), [name]);
  const model = asked.value;
  const can = !server?.read_only && allows(model?.permission ?? 'NO_PERMISSIONS', 'EDIT');
  const manages = can && allows(model?.permission ?? 'NO_PERMISSIONS', 'MANAGE');
  const deleted = model?.lifecycle_stage === 'deleted';
  const then = async (change: Promise<unknown>) => {
    await change;
    asked.reload();
  };
  const tell = (change: Promise<unknown>) => {
    setTrouble(null);
    then(change).catch(error => setTrouble(error instanceof Error ? error.message : String(error)));
  };
  const [alias] = Object.keys(model?.aliases ?? {});
  const latest = model?.latest ?? null;
  const named = alias !== undefined ? { name, alias } : latest !== null ? { name, version: latest } : null;
  return (
    <Waiting there={model !== undefined} problem={asked.problem} what={t('model')} onRetry={asked.reload}>
      {() =>
        model && (
          <div class="nbf-pages-scroll">
            <Head
              shell={shell}
              crumbs={[storeOf(info, of.store), { text: t('Models') }, { text: model.name }]}
              marks={
                <>
                  <span class="nbf-soft">{tn('%1 version', '%1 versions', model.versions ?? 0)}</span>
                  {deleted && <Mark kind="trash">{t('in the trash')}</Mark>}
                  <Locked server={server} can={can} />
                </>
              }
              actions={
                <>
                  {named && (
                    <CodeButton
                      shell={shell}
                      info={info}
                      label={t('the code that loads this model')}
                      code={place => modelCode(named, place)}
                    />
                  )}
                  <CopyLink shell={shell} to={of} />
                  {manages && !deleted && (
                    <>
                      <AskButton
                        label={t('Rename the model')}
                        icon="edit"
                        look="plain"
                        question={t('Code that loads it by its old name will not find it any more.')}
                        fields={[{ name: 'name', label: t('Name of the model'), value: name }]}
                        does={t('Rename')}
                        act={async values => {
                          const renamed = await store.changeModel(name, { name: values.name.trim() });
                          shell.open({ page: 'model', store: of.store, name: renamed.name });
                        }}
                      />
                      <AskButton
                        label={t('Delete the model')}
                        icon="trash"
                        look="plain"
                        question={t('The model and its versions go into the trash. They can be restored from there.')}
                        does={t('Delete')}
                        danger
                        act={() => then(store.deleteModel(name))}
                      />
                    </>
                  )}
                </>
              }
            >
              {deleted && (
                <TrashBar
                  said={t('This model is in the trash.')}
                  label={t('Restore the model')}
                  onRestore={manages ? () => tell(store.restoreModel(name)) : null}
                />
              )}
              <TroubleBar said={trouble} onClose={() => setTrouble(null)} />
              <Note
                text={model.description}
                onSave={can && !deleted ? text => then(store.changeModel(name, { description: text })) : undefined}
              />
            </Head>
            <p class="nbf-soft nbf-pages-made">
              <UserText text={madeText(model)} />
            </p>
            <Tags
              tags={model.tags}
              onSet={can && !deleted ? (key, value) => then(store.changeModel(name, { tags: { [key]: value } })) : null}
              onDrop={key => tell(store.changeModel(name, { tags: { [key]: null } }))}
            />
            <Versions
              of={of}
              shell={shell}
              store={store}
              model={model}
              can={can && !deleted}
              onAlias={(given, version) => then(store.setAlias(name, given, version))}
              onDropAlias={given => tell(store.deleteAlias(name, given))}
            />
            <Policies model={model} />
            {model.history.length > 0 && (
              <section class="nbf-pages-part">
                <h2>{t('History')}</h2>
                <History data={{ history: model.history, number: null }} />
              </section>
            )}
          </div>
        )
      }
    </Waiting>
  );
}

function Policies({ model }: { model: ModelDetails }) {
  if (!model.policies.length) return null;
  return (
    <section class="nbf-pages-part">
      <h2>{t('What an alias asks for')}</h2>
      <Table
        label={t('Policies')}
        head={[t('alias'), t('approvals'), t('also')]}
        numbers={[1]}
        rows={model.policies.map(policy => [
          <UserText text={`@${policy.alias}`} limit={40} />,
          policy.approvals,
          <UserText text={policy.require} limit={120} />
        ])}
      />
    </section>
  );
}

function madeText({ creation_time, last_update_time, user_id }: ModelDetails): string {
  const [made, changed] = [moment(creation_time), moment(last_update_time)];
  return user_id
    ? t('created %1 UTC by %2, changed %3 UTC', made, user_id, changed)
    : t('created %1 UTC, changed %2 UTC', made, changed);
}
