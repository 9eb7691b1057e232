/** Where one starts: what ran last in each store, and its experiments and models. */

import { useEffect, useState } from 'preact/hooks';
import type { ServerInfo, StoreInfo } from '../api/types';
import { t } from '../i18n';
import { Waiting } from '../pages/frame';
import { useAsked } from '../pages/hooks';
import type { Services } from '../shell';
import { CopyButton } from '../views/parts/copy';
import { Message } from '../views/parts/message';
import { tip, UserText } from '../views/parts/text';
import { StoreOverview } from './store-overview';

/** The page. */
export function Start({ services, server }: { services: Services; server: ServerInfo | undefined }) {
  const { api } = services;
  const [times, setTimes] = useState(0);
  const asked = useAsked({ ask: signal => api.stores(signal), of: [api, times] });
  // A store that was just opened is among them when this page is seen again; one that is looked at, at once.
  useEffect(() => {
    const look = () => document.visibilityState === 'visible' && setTimes(n => n + 1);
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  const stores = asked.value;
  return (
    <div class="nbf-view nbf-pages nbf-start">
      <div class="nbf-pages-scroll">
        <Waiting there={stores !== undefined} problem={asked.problem} what={t('server')} onRetry={asked.reload}>
          {() => (
            <>
              {stores?.length === 0 && <NoStores canOpen={server?.open_stores ?? false} />}
              {stores?.map(store => (
                <OneStore key={store.id} services={services} store={store} />
              ))}
              {server && (
                <p class="nbf-start-foot nbf-soft">{t('nbflow %1, for %2', server.version, server.user.name)}</p>
              )}
            </>
          )}
        </Waiting>
      </div>
    </div>
  );
}

function OneStore({ services, store }: { services: Services; store: StoreInfo }) {
  return (
    <section class="nbf-start-store" aria-label={t('Store %1', tip(store.name))}>
      <div class="nbf-start-title">
        <h1>
          <UserText text={store.name} limit={60} />
        </h1>
        <span class="nbf-soft nbf-start-path">
          <UserText text={store.path} limit={90} />
        </span>
        <CopyButton text={store.path} label={t('Copy the path of the store')} />
      </div>
      {store.problem !== null ? (
        <Message kind="error" title={t('This store cannot be read')}>
          {store.problem}
        </Message>
      ) : store.permission === 'NO_PERMISSIONS' ? (
        <Message kind="error" title={t('You may not see this store')}>
          {t('Whoever manages it can give you the permission READ.')}
        </Message>
      ) : (
        <StoreOverview services={services} store={store} />
      )}
    </section>
  );
}

function NoStores({ canOpen }: { canOpen: boolean }) {
  return (
    <Message title={t('No store is open')}>
      <p>
        {canOpen
          ? t('Open one by its path in the panel, or start with one:')
          : t('This server shows the stores that it was started with, which are none. Start it with one:')}
      </p>
      <code class="nbf-code">nbflow ui --store nbruns</code>
    </Message>
  );
}
