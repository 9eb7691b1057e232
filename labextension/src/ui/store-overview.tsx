/** A store at a glance: the runs that began last, its experiments, its models. */

import type { ComponentChildren } from 'preact';
import type { Experiment, Model, StoreInfo } from '../api/types';
import { t, tn } from '../i18n';
import { PageLink, Waiting } from '../pages/frame';
import { useAsked } from '../pages/hooks';
import { HEAD_COLUMNS, type RunHead, runHeads } from '../pages/run-heads';
import { age, useNow } from '../panel/age';
import type { PageRef, Services } from '../shell';
import { Table } from '../views/model-card/table';
import { duration, MISSING, moment } from '../views/parts/format';
import { Status } from '../views/parts/status';
import { UserText } from '../views/parts/text';

const RUNS = 10;
const EXPERIMENTS = 8;
const NAMED = 200; // so that the runs' experiments are among them
const MODELS = 8;
const NAME = 48;

export interface StoreOverviewProps {
  services: Services;
  store: StoreInfo;
}

/** The overview; it follows the store. */
export function StoreOverview({ services, store: { id } }: StoreOverviewProps) {
  const { api, shell } = services;
  const store = api.store(id);
  const watch = (listener: Parameters<typeof store.watch>[0]) => store.watch(listener);
  const runs = useAsked({
    ask: async signal =>
      runHeads(await store.runs({ column: HEAD_COLUMNS, order_by: ['start_time DESC'], max_results: RUNS }, signal)),
    watch,
    of: [store]
  });
  const experiments = useAsked({
    ask: signal => store.experiments({ order_by: ['last_update_time DESC'], max_results: NAMED }, signal),
    watch,
    of: [store]
  });
  const models = useAsked({
    ask: signal => store.models({ order_by: ['last_updated_timestamp DESC'], max_results: MODELS }, signal),
    watch,
    concerns: change => change.models,
    of: [store]
  });
  const names = new Map(experiments.value?.experiments.map(each => [each.experiment_id, each.name]));
  const now = useNow(runs.value?.some(run => run.status === 'RUNNING') ?? false);
  return (
    <div class="nbf-start-parts">
      <Part title={t('Last runs')}>
        <Waiting there={runs.value !== undefined} problem={runs.problem} what={t('list of runs')} onRetry={runs.reload}>
          {() =>
            runs.value?.length ? (
              <Table
                label={t('Last runs')}
                head={[t('run'), t('state'), t('experiment'), t('began'), t('took')]}
                rows={runs.value.map(run => runRow(run, id, names, now, shell))}
              />
            ) : (
              <FirstRun />
            )
          }
        </Waiting>
      </Part>
      <div>
        <Part title={t('Experiments')}>
          <Waiting
            there={experiments.value !== undefined}
            problem={experiments.problem}
            what={t('list of experiments')}
            onRetry={experiments.reload}
          >
            {() => (
              <Table
                label={t('Experiments')}
                head={[t('experiment'), t('runs'), t('running'), t('changed')]}
                numbers={[1, 2]}
                rows={(experiments.value?.experiments ?? [])
                  .slice(0, EXPERIMENTS)
                  .map(each => experimentRow(each, id, now, shell))}
              />
            )}
          </Waiting>
        </Part>
        {(models.value?.models.length ?? 0) > 0 && (
          <Part title={t('Models')}>
            <Table
              label={t('Models')}
              head={[t('model'), t('newest'), t('aliases'), t('changed')]}
              rows={(models.value?.models ?? []).map(each => modelRow(each, id, now, shell))}
            />
          </Part>
        )}
      </div>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="nbf-pages-part">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function FirstRun() {
  return (
    <p class="nbf-soft">
      {t('Nothing was logged here yet. The first run comes from Python:')}
      <code class="nbf-code nbf-start-code">{'with nbflow.start_run():\n    nbflow.log_metric("accuracy", 0.93)'}</code>
    </p>
  );
}

type Shell = Services['shell'];

function runRow(run: RunHead, store: string, names: ReadonlyMap<string, string>, now: number, shell: Shell) {
  const { run_id, experiment_id } = run;
  const took = run.end ?? (run.status === 'RUNNING' ? now : null);
  return [
    <Link shell={shell} to={{ page: 'run', store, run_id }} text={run.name || run_id.slice(-8)} />,
    <Status status={run.status} />,
    <Link
      shell={shell}
      to={{ page: 'experiment', store, experiment_id }}
      text={names.get(experiment_id) ?? experiment_id}
    />,
    <Ago ms={run.start} now={now} />,
    <span class="nbf-soft">{run.start === null || took === null ? MISSING : duration(took - run.start)}</span>
  ];
}

function experimentRow(each: Experiment, store: string, now: number, shell: Shell) {
  return [
    <Link shell={shell} to={{ page: 'experiment', store, experiment_id: each.experiment_id }} text={each.name} />,
    each.runs.toLocaleString('en'),
    each.running > 0 ? (
      <span title={tn('%1 run is running', '%1 runs are running', each.running)}>
        <span class="nbf-is-running" aria-hidden="true">
          ●
        </span>{' '}
        {each.running.toLocaleString('en')}
      </span>
    ) : (
      ''
    ),
    <Ago ms={each.last_update_time} now={now} />
  ];
}

function modelRow(each: Model, store: string, now: number, shell: Shell) {
  const { name, latest } = each;
  return [
    <Link shell={shell} to={{ page: 'model', store, name }} text={name} />,
    latest === null ? (
      <span class="nbf-soft">{MISSING}</span>
    ) : (
      <Link shell={shell} to={{ page: 'version', store, name, version: latest }} text={t('version %1', latest)} />
    ),
    Object.entries(each.aliases).map(([alias, version]) => (
      <span key={alias} class="nbf-card-badge">
        <UserText text={`@${alias} ${version}`} limit={32} />
      </span>
    )),
    <Ago ms={each.last_update_time} now={now} />
  ];
}

function Link({ shell, to, text }: { shell: Shell; to: PageRef; text: string }) {
  return (
    <PageLink shell={shell} to={to}>
      <UserText text={text} limit={NAME} />
    </PageLink>
  );
}

function Ago({ ms, now }: { ms: number | null; now: number }) {
  if (ms === null) return <span class="nbf-soft">{MISSING}</span>;
  return (
    <span class="nbf-soft" title={`${moment(ms)} UTC`}>
      {t('%1 ago', age(now - ms))}
    </span>
  );
}
