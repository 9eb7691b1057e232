/** What can be done with the runs that are selected. */

import { t, tn } from '../i18n';
import { Button } from '../views/parts/button';
import { putting } from './context';
import { compare, insertRuns, type RunTools } from './run-menu';

/** Draws the line of buttons. */
export function RunsBar({ tools }: { tools: RunTools }) {
  const { context, runs, actions, mayChange } = tools;
  const { shell } = context.services;
  const ids = [...runs.selection.ids];
  const [only = ''] = ids;
  const puts = putting(shell);
  const n = ids.length;
  return (
    <div class="nbf-runs-bar" role="toolbar" aria-label={tn('%1 run selected', '%1 runs selected', n)}>
      <span class="nbf-runs-picked">{t('%1 selected', n.toLocaleString('en'))}</span>
      {n === 1 ? (
        <Button
          label={t('Open this run (Enter)')}
          icon="expand"
          look="plain"
          onClick={() => shell.open({ page: 'run', store: context.store.id, run_id: only })}
        >
          {t('Open')}
        </Button>
      ) : (
        <Button label={t('Compare %1 runs', n)} icon="compare" look="plain" onClick={() => compare(tools, ids)}>
          {t('Compare')}
        </Button>
      )}
      <span class="nbf-runs-bar-end">
        <Button label={puts.label} icon={puts.icon} look="plain" onClick={() => void insertRuns(tools, ids)} />
        {mayChange && !runs.trash && (
          <>
            <Button
              label={tn('Tag %1 run', 'Tag %1 runs', n)}
              icon="tag"
              look="plain"
              onClick={event => tools.onTag(ids, event.currentTarget as HTMLElement)}
            />
            <Button
              label={tn('Delete %1 run', 'Delete %1 runs', n)}
              icon="trash"
              look="plain"
              onClick={() => actions.remove(ids)}
            />
          </>
        )}
        {mayChange && runs.trash && (
          <Button
            label={tn('Restore %1 run', 'Restore %1 runs', n)}
            icon="undo"
            look="plain"
            onClick={() => actions.restore(ids)}
          />
        )}
        <Button label={t('Select none (Escape)')} icon="close" look="plain" onClick={runs.selectNone} />
      </span>
    </div>
  );
}
