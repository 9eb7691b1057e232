/** The panel: which store, and what is in it. */

import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { allows, type StoreInfo } from '../api/types';
import { firstRunCode } from '../code';
import { t } from '../i18n';
import type { Services } from '../shell';
import { Button } from '../views/parts/button';
import { Bar, Message } from '../views/parts/message';
import { useUndo } from '../views/parts/undo';
import { SourceError } from '../views/source';
import { CodeHint } from './code-hint';
import type { Context } from './context';
import { Experiments } from './experiments';
import { Models } from './models';
import { RunsSection } from './runs';
import { Section } from './section';
import type { PanelSlot } from './slot';
import { Problem, Skeleton } from './states';
import { StoreBar } from './store-bar';
import { useChosen } from './use-chosen';
import { useFolds } from './use-folds';
import { useStoreNews } from './use-news';
import { type StoreChoice, useStore } from './use-store';

export interface PanelProps {
  services: Services;
  slots: readonly PanelSlot[];
}

/** Draws the panel. */
export function Panel({ services, slots }: PanelProps) {
  const choice = useStore(services);
  const { server, current } = choice;
  const readOnly = server?.read_only === true || (current !== null && !allows(current.permission, 'EDIT'));
  return (
    <>
      <StoreBar choice={choice} readOnly={current !== null && readOnly && allows(current.permission, 'READ')} />
      {choice.error !== null && <Problem error={choice.error} onRetry={choice.reload} />}
      {!server && choice.error === null && <Skeleton lines={6} />}
      {server && !current && choice.error === null && <NoStore canOpen={server.open_stores} />}
      {current && (
        <Store key={current.id} services={services} slots={slots} choice={choice} store={current} readOnly={readOnly} />
      )}
    </>
  );
}

interface StoreProps extends PanelProps {
  choice: StoreChoice;
  store: StoreInfo;
  readOnly: boolean;
}

function Store({ services, slots, choice, store, readOnly }: StoreProps) {
  const api = services.api.store(store.id);
  const news = useStoreNews(api);
  const undo = useUndo({
    nothing: t('Nothing was changed'),
    tookBack: n => (n > 1 ? t('Taken back for %1 runs', n) : t('Taken back'))
  });
  const own = useOwnChanges(undo.busy);
  const code = useMemo(() => ({ path: store.path, isNotebooks: choice.isNotebooks }), [store.path, choice.isNotebooks]);
  const context: Context = {
    services,
    store,
    api,
    code,
    readOnly,
    undo,
    ticks: { runs: news.runs + own, experiments: news.experiments + own, models: news.models + own }
  };
  // A store that is not there yet may be by now; one that went away may be back.
  const looks = !store.exists || store.problem !== null || !store.readable || news.problem !== null;
  useEffect(() => {
    if (looks && news.experiments + news.runs > 1) choice.reload();
  }, [looks, news.problem, news.experiments, news.runs]);
  const problem = news.problem ?? store.problem;
  return (
    <>
      {!allows(store.permission, 'READ') ? (
        <Problem error={notAllowed()} onRetry={choice.reload} />
      ) : news.problem === null && !store.exists ? (
        <FirstRun context={context} />
      ) : problem !== null || !store.readable ? (
        <Problem error={problem ?? t('The store cannot be read.')} onRetry={choice.reload} />
      ) : (
        <Sections context={context} slots={slots} />
      )}
      <Said undo={undo} />
    </>
  );
}

function Sections({ context, slots }: { context: Context; slots: readonly PanelSlot[] }) {
  const { services, store } = context;
  const folds = useFolds(services.state);
  const chosen = useChosen(context);
  const { experiment } = chosen;
  return (
    <div class="nbf-parts">
      <Experiments
        context={context}
        fold={folds('experiments')}
        chosen={experiment?.experiment_id ?? null}
        onChoose={chosen.choose}
        onSeen={chosen.seen}
      />
      {experiment && (
        <RunsSection key={experiment.experiment_id} context={context} fold={folds('runs')} experiment={experiment} />
      )}
      <Models context={context} fold={folds('models')} />
      {slots.map(({ name, title, Body }) => {
        const fold = folds(name);
        return (
          <Section key={name} name={name} title={title} open={fold.open} onFold={fold.set}>
            <Body store={store} services={services} />
          </Section>
        );
      })}
    </div>
  );
}

function FirstRun({ context }: { context: Context }) {
  const { code } = context;
  return (
    <div class="nbf-first">
      <Message title={t('No runs here yet')}>
        {t('Nothing was logged to this folder so far. Run this in a notebook; the run appears here by itself:')}
      </Message>
      <CodeHint context={context} code={firstRunCode(code)} />
    </div>
  );
}

function NoStore({ canOpen }: { canOpen: boolean }) {
  return (
    <Message title={t('No store is open')}>
      {canOpen
        ? t('Open a notebook: the panel shows what is logged from its folder. Or choose a folder above.')
        : t('Open a notebook: the panel shows what is logged from its folder.')}
    </Message>
  );
}

function notAllowed(): SourceError {
  return new SourceError('PERMISSION_DENIED', t('This store is not for you to read. Others are above.'));
}

/** What was done last, and the way back. */
function Said({ undo }: { undo: Context['undo'] }) {
  return (
    <div class="nbf-said" aria-live="polite">
      {undo.said !== null && (
        <Bar kind={undo.failed ? 'error' : 'info'}>
          <span class="nbf-said-text">{undo.said}</span>
          {undo.undo && (
            <Button label={t('Undo')} icon="undo" look="plain" disabled={undo.busy} onClick={undo.undo}>
              {t('Undo')}
            </Button>
          )}
          <Button label={t('Close')} icon="close" look="plain" onClick={undo.forget} />
        </Bar>
      )}
    </div>
  );
}

/** Goes on whenever a change of one's own was made: who made it need not wait until the server tells of it. */
function useOwnChanges(busy: boolean): number {
  const [n, setN] = useState(0);
  const was = useRef(busy);
  useEffect(() => {
    if (was.current && !busy) setN(before => before + 1);
    was.current = busy;
  }, [busy]);
  return n;
}
