/** The runs below a run. */

import type { StoreApi } from '../../api/store-api';
import { t } from '../../i18n';
import type { Shell } from '../../shell';
import { Table } from '../../views/model-card/table';
import { duration, MISSING, moment } from '../../views/parts/format';
import { Status } from '../../views/parts/status';
import { UserText } from '../../views/parts/text';
import { PageLink } from '../frame';
import { useAsked } from '../hooks';
import { HEAD_COLUMNS, runHeads } from '../run-heads';

const MOST = 100;

export interface ChildrenProps {
  store: StoreApi;
  shell: Shell;
  runId: string;
  experimentId: string;
}

/** The table of them; nothing where there are none. */
export function Children({ store, shell, runId, experimentId }: ChildrenProps) {
  const { value } = useAsked({
    ask: async signal => {
      const filter = `tags.mlflow.parentRunId = '${runId}'`;
      const query = { experiment_id: [experimentId], column: HEAD_COLUMNS, order_by: ['start_time ASC'] };
      const page = await store.runs({ ...query, filter, max_results: MOST }, signal);
      return { runs: runHeads(page), total: page.n_rows };
    },
    watch: listener => store.watch(listener),
    of: [store, runId, experimentId]
  });
  if (!value?.runs.length) return null;
  return (
    <section class="nbf-pages-part">
      <h2>{t('Runs below it')}</h2>
      <Table
        label={t('Runs below it')}
        head={[t('run'), t('state'), t('began (UTC)'), t('took')]}
        total={value.total}
        rows={value.runs.map(({ run_id, name, status, start, end }) => [
          <PageLink key="run" shell={shell} to={{ page: 'run', store: store.id, run_id }}>
            <UserText text={name || run_id} limit={60} />
          </PageLink>,
          <Status key="state" status={status} />,
          <span key="began" class="nbf-soft">
            {moment(start)}
          </span>,
          <span key="took" class="nbf-soft">
            {start === null || end === null ? MISSING : duration(end - start)}
          </span>
        ])}
      />
    </section>
  );
}
