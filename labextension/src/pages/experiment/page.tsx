/** The page of an experiment: its runs, and charts of them. */

import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { allows, type Experiment, type ViewType } from '../../api/types';
import { t, tn } from '../../i18n';
import { isRecord, texts } from '../../views/given';
import { Button } from '../../views/parts/button';
import { ErrorBoundary } from '../../views/parts/message';
import { type Around, RunTable } from '../../views/run-table';
import { Loaded, type PageProps, Waiting } from '../frame';
import { useAsked, useRest, useServer, useStoreInfo } from '../hooks';
import { Split } from '../split';
import { ExperimentCharts } from './charts';
import { ChartsSource } from './charts-source';
import { EmptyTrash, NoRuns } from './empty';
import { ExperimentHead } from './head';

/** How the user arranged all pages of experiments. */
interface Arrangement {
  readonly charts: boolean;
  readonly share: number;
  readonly count: number;
}

const KEY = 'pages.experiment';
const FIRST: Arrangement = { charts: true, share: 0.58, count: 10 };

/** The page. */
export function ExperimentPage({ of, services, onTitle }: PageProps<'experiment'>) {
  const { api, shell } = services;
  const store = api.store(of.store);
  const id = of.experiment_id;
  const [view, setView] = useState<Exclude<ViewType, 'all'>>('active');
  const server = useServer(api);
  const info = useStoreInfo(api, of.store);
  const asked = useAsked<Experiment>({
    ask: signal => store.experiment(id, signal),
    watch: listener => store.watch(listener),
    of: [store, id]
  });
  const table = useRest(() => store.tableSource({ experiment_id: [id], view }), [store, id, view]);
  useEffect(() => {
    if (of.filter !== undefined) table.setState({ filter: of.filter });
  }, [of, table]);
  const experiment = asked.value;
  useEffect(() => {
    if (experiment) onTitle(experiment.name);
  }, [experiment?.name]);

  const [arranged, arrange] = useArrangement(services);
  const [shown, setShown] = useState<readonly string[]>([]);
  const [only, setOnly] = useState(false);
  const charts = useRest(() => new ChartsSource(store, table, `${of.store}/experiment ${id}`), [store, table, id]);
  const selected = texts(table.state.selected);
  const told = useCallback((ids: readonly string[]) => setShown(ids), []);
  const name = experiment?.name ?? '';
  const drawn = arranged.charts && view === 'active' && experiment?.runs !== 0;
  useEffect(() => {
    if (drawn) charts.show(only ? selected : shown.slice(0, arranged.count), !only);
  }, [charts, drawn, only, shown, arranged.count, only && selected.join(' ')]);

  const can = !server?.read_only && allows(experiment?.permission ?? 'NO_PERMISSIONS', 'EDIT');
  const around = useMemo<Around>(
    () => ({
      open: run_id => shell.open({ page: 'run', store: of.store, run_id }),
      shown: told,
      fixed: !can,
      trash: view === 'deleted',
      empty:
        view === 'deleted' ? <EmptyTrash onBack={() => setView('active')} /> : <NoRuns name={name} path={info?.path} />
    }),
    [shell, of.store, told, can, view, name, info?.path]
  );
  return (
    <Waiting there={experiment !== undefined} problem={asked.problem} what={t('experiment')} onRetry={asked.reload}>
      {() =>
        experiment && (
          <div class="nbf-pages-whole">
            <ExperimentHead
              of={of}
              shell={shell}
              store={store}
              info={info}
              experiment={experiment}
              server={server}
              can={can}
              filter={typeof table.state.filter === 'string' ? table.state.filter : ''}
              onChanged={asked.reload}
            >
              <Views view={view} onView={setView} />
              <Button
                label={
                  selected.length > 1
                    ? tn('Compare %1 selected run', 'Compare %1 selected runs', selected.length)
                    : t('Compare: select two runs or more')
                }
                look={selected.length > 1 ? 'main' : undefined}
                disabled={selected.length < 2}
                onClick={() => shell.open({ page: 'compare', store: of.store, run_ids: selected })}
              >
                {selected.length > 1 ? t('Compare %1', selected.length) : t('Compare')}
              </Button>
              <Button
                label={arranged.charts ? t('Hide the charts') : t('Show charts beside the table')}
                icon="sparkline"
                pressed={arranged.charts}
                onClick={() => arrange({ charts: !arranged.charts })}
              >
                {t('Charts')}
              </Button>
            </ExperimentHead>
            <Split
              share={arranged.share}
              onShare={share => arrange({ share })}
              left={
                <Loaded source={table} what={t('table of runs')}>
                  {() => (
                    <div class="nbf-view nbf-run-table nbf-pages-table">
                      <ErrorBoundary what="table of runs">
                        <RunTable key={view} source={table} around={around} />
                      </ErrorBoundary>
                    </div>
                  )}
                </Loaded>
              }
              right={
                drawn && table.loaded ? (
                  <ExperimentCharts
                    source={charts}
                    runs={shown.length}
                    selected={selected.length}
                    count={arranged.count}
                    onCount={count => arrange({ count })}
                    only={only}
                    onOnly={setOnly}
                  />
                ) : null
              }
            />
          </div>
        )
      }
    </Waiting>
  );
}

function Views({ view, onView }: { view: ViewType; onView: (view: 'active' | 'deleted') => void }) {
  return (
    <fieldset class="nbf-pages-switch" aria-label={t('Which runs')}>
      <Button label={t('Runs in use')} pressed={view === 'active'} onClick={() => onView('active')}>
        {t('Active')}
      </Button>
      <Button label={t('Runs in the trash')} pressed={view === 'deleted'} onClick={() => onView('deleted')}>
        {t('Deleted')}
      </Button>
    </fieldset>
  );
}

function useArrangement({
  state
}: PageProps<'experiment'>['services']): [Arrangement, (patch: Partial<Arrangement>) => void] {
  const [arranged, setArranged] = useState<Arrangement>(() => {
    const kept = state.get(KEY);
    return isRecord(kept) ? { ...FIRST, ...readArrangement(kept) } : FIRST;
  });
  return [
    arranged,
    patch => {
      const made = { ...arranged, ...patch };
      setArranged(made);
      state.set(KEY, made);
    }
  ];
}

function readArrangement({ charts, share, count }: Record<string, unknown>): Partial<Arrangement> {
  return {
    ...(typeof charts === 'boolean' && { charts }),
    ...(typeof share === 'number' && { share }),
    ...(typeof count === 'number' && count > 0 && { count })
  };
}
