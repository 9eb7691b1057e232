/** The versions of a model: where each came from and how good it is; two of them side by side. */

import { useState } from 'preact/hooks';
import type { StoreApi } from '../../api/store-api';
import type { ModelDetails, Version } from '../../api/types';
import { t, tn } from '../../i18n';
import type { PageRef, Shell } from '../../shell';
import { measured } from '../../views/model-card/data';
import { Table } from '../../views/model-card/table';
import { Changed } from '../../views/model-card/versions';
import { Button } from '../../views/parts/button';
import { exact, MISSING, moment, numbers } from '../../views/parts/format';
import { tip, UserText } from '../../views/parts/text';
import { AskButton } from '../dialog';
import { Mark, PageLink, Waiting } from '../frame';
import { useAsked } from '../hooks';
import { mainMetrics, toggled } from './choose';

export interface VersionsProps {
  of: Extract<PageRef, { page: 'model' }>;
  shell: Shell;
  store: StoreApi;
  model: ModelDetails;
  can: boolean;
  onAlias: (alias: string, version: number) => Promise<unknown>;
  onDropAlias: (alias: string) => void;
}

/** The table of versions. */
export function Versions(props: VersionsProps) {
  const { of, shell, store, model, can, onAlias, onDropAlias } = props;
  const [all, setAll] = useState(false);
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const there = [...model.version_list].sort((a, b) => b.version - a.version);
  const inTrash = there.filter(each => each.lifecycle_stage === 'deleted').length;
  const shown = all ? there : there.filter(each => each.lifecycle_stage !== 'deleted');
  const metrics = mainMetrics(shown);
  const written = metrics.map(key => numbers(shown.map(each => measured(each.metrics[key] ?? null))));
  const staged = shown.some(each => each.current_stage && each.current_stage !== 'None');
  const picked = chosen.filter(each => shown.some(({ version }) => version === each));
  const known = [...new Set([...Object.keys(model.aliases), ...model.policies.map(({ alias }) => alias)])];

  const row = (each: Version, y: number) => [
    <input
      type="checkbox"
      aria-label={t('Choose version %1 to compare it', each.version)}
      checked={picked.includes(each.version)}
      onChange={() => setChosen(before => toggled(before, each.version))}
    />,
    <>
      <PageLink shell={shell} to={{ page: 'version', store: of.store, name: of.name, version: each.version }}>
        {t('Version %1', each.version)}
      </PageLink>
      {each.lifecycle_stage === 'deleted' && <Mark kind="trash">{t('in the trash')}</Mark>}
    </>,
    <span class="nbf-pages-aliases">
      {each.aliases.map(alias => (
        <span key={alias} class="nbf-card-badge">
          <UserText text={`@${alias}`} limit={40} />
          {can && (
            <Button
              label={t('Take the alias %1 away', tip(alias))}
              icon="close"
              look="plain"
              onClick={() => onDropAlias(alias)}
            />
          )}
        </span>
      ))}
      {can && each.lifecycle_stage !== 'deleted' && (
        <AskButton
          label={t('Give version %1 an alias', each.version)}
          icon="plus"
          look="plain"
          question={t('An alias stands for one version: if another has it, it goes to this one.')}
          fields={[{ name: 'alias', label: t('Alias'), placeholder: 'champion', list: known }]}
          does={t('Set')}
          act={({ alias }) => onAlias(alias.trim(), each.version)}
        />
      )}
    </span>,
    ...(staged ? [each.current_stage === 'None' ? '' : <UserText text={each.current_stage} limit={40} />] : []),
    ...metrics.map((key, i) => {
      const value = measured(each.metrics[key] ?? null);
      return <span title={value === null ? undefined : exact(value)}>{written[i]?.[y] ?? MISSING}</span>;
    }),
    each.run_id ? (
      <PageLink shell={shell} to={{ page: 'run', store: of.store, run_id: each.run_id }}>
        {each.run_id.slice(-8)}
      </PageLink>
    ) : (
      <span class="nbf-soft">{MISSING}</span>
    ),
    <span class="nbf-soft">{moment(each.creation_time)}</span>,
    <UserText text={each.user_id} limit={40} />,
    <UserText text={each.description} limit={80} />
  ];
  return (
    <section class="nbf-pages-part">
      <div class="nbf-pages-part-head">
        <h2>{t('Versions')}</h2>
        {inTrash > 0 && (
          <Button
            label={all ? t('Hide the versions in the trash') : t('Show the versions in the trash, too')}
            pressed={all}
            onClick={() => setAll(!all)}
          >
            {tn('%1 in the trash', '%1 in the trash', inTrash)}
          </Button>
        )}
        <span class="nbf-soft">{shown.length > 1 && (picked.length < 2 ? t('Choose two to compare them.') : '')}</span>
      </div>
      {shown.length === 0 ? (
        <p class="nbf-soft">
          {t('No versions yet. Register one on the page of the run that logged the model, or from a notebook:')}{' '}
          <code class="nbf-code">
            <UserText text={`nbflow.register_model("runs:/…/model", ${JSON.stringify(of.name)})`} />
          </code>
        </p>
      ) : (
        <Table
          label={t('Versions')}
          head={[
            '',
            t('version'),
            t('aliases'),
            ...(staged ? [t('stage')] : []),
            ...metrics,
            t('run'),
            t('registered (UTC)'),
            t('by'),
            t('description')
          ]}
          numbers={metrics.map((_, i) => 3 + Number(staged) + i)}
          first={50}
          rows={shown.map(row)}
        />
      )}
      {picked.length === 2 && <Compared store={store} name={of.name} versions={picked} />}
    </section>
  );
}

function Compared({ store, name, versions }: { store: StoreApi; name: string; versions: readonly number[] }) {
  const [before = 0, after = 0] = [...versions].sort((a, b) => a - b);
  const { value, problem, reload } = useAsked({
    ask: signal => store.differences(name, after, before, signal),
    of: [store, name, before, after]
  });
  return (
    <section class="nbf-pages-part" aria-label={t('Differences')}>
      <h2>{t('Version %1 against version %2', before, after)}</h2>
      <Waiting there={value !== undefined} problem={problem} what={t('comparison')} onRetry={reload}>
        {() => value && <Changed found={value} />}
      </Waiting>
    </section>
  );
}
