/** The line above the runs: what they are filtered and sorted by, and which metrics are shown. */

import { t } from '../i18n';
import { PopupButton } from '../views/parts/menu';
import { cut, visible } from '../views/parts/text';
import { RUN_ATTRIBUTES } from '../views/run-table/complete';
import { MOST_METRICS } from './kept';
import { type Choice, KeyBox } from './key-box';
import { sortKey } from './run-items';
import { SearchField } from './search-field';
import type { Runs } from './use-runs';
import { filterOf } from './words';

/** What runs can be sorted by without looking at what they logged. */
function attributes(): readonly (readonly [key: string, name: string])[] {
  return [
    ['start_time', t('started')],
    ['end_time', t('ended')],
    ['duration', t('duration')],
    ['run_name', t('name')],
    ['status', t('status')],
    ['user_id', t('user')]
  ];
}

/** Draws the line. */
export function RunsToolbar({ runs }: { runs: Runs }) {
  const { kept, set, keys, paged } = runs;
  return (
    <div class="nbf-runs-toolbar" role="toolbar" aria-label={t('Runs')}>
      <SearchField
        label={t('Filter runs: words, or such as metrics.loss < 0.5')}
        placeholder={t('filter: metrics.loss < 0.5')}
        attributes={RUN_ATTRIBUTES}
        metrics={keys.metrics}
        params={keys.params}
        tags={keys.tags}
        typed={kept.filter}
        error={paged.error}
        shift={kept.stars !== 'off' && runs.starred.size ? 1 : 0}
        read={typed => filterOf(typed, ['run_name'], ['run_id'])}
        onFilter={(_, filter) => set({ filter, scroll: 0 })}
      />
      <SortButton runs={runs} />
      <MetricsButton runs={runs} />
    </div>
  );
}

function SortButton({ runs: { kept, set, keys } }: { runs: Runs }) {
  const { key, desc } = kept.sort;
  const named = attributes();
  const choices: Choice[] = [
    ...named.map(([id, name]) => ({ id, name, note: t('attribute') })),
    ...keys.metrics.flatMap(name => choice('metrics', name, t('metric'))),
    ...keys.params.flatMap(name => choice('params', name, t('param')))
  ].map(each => ({ ...each, chosen: each.id === key, icon: desc ? 'down' : 'up' }));
  const name = named.find(([id]) => id === key)?.[1] ?? cut(visible(key), 24);
  const label = desc ? t('Sorted by %1, largest first', name) : t('Sorted by %1, smallest first', name);
  return (
    <PopupButton
      label={label}
      icon="sort"
      pressed={key !== 'start_time' || !desc}
      look="plain"
      open={(anchor, close) => (
        <KeyBox
          label={t('Sort by')}
          anchor={anchor}
          choices={choices}
          empty={t('There is nothing to sort by.')}
          onChoose={id => {
            // Once more turns it round. Of times and metrics the large ones are looked for first.
            const first = id.startsWith('metrics.') || /time|duration/.test(id);
            set({ sort: { key: id, desc: id === key ? !desc : first }, scroll: 0 });
            if (id !== key) close();
          }}
          onClose={close}
        />
      )}
    />
  );
}

function MetricsButton({ runs: { kept, set, keys } }: { runs: Runs }) {
  const { metrics } = kept;
  // A metric that is shown stays in the list when the newest runs do not have it.
  const names = [...metrics, ...keys.metrics.filter(name => !metrics.includes(name))];
  return (
    <PopupButton
      label={metrics.length ? t('Metrics shown: %1', metrics.map(visible).join(', ')) : t('Show metrics')}
      icon="columns"
      pressed={metrics.length > 0}
      look="plain"
      open={(anchor, close) => (
        <KeyBox
          label={t('Metrics to show, %1 at most', MOST_METRICS)}
          anchor={anchor}
          choices={names.map(name => ({ id: name, name, chosen: metrics.includes(name) }))}
          empty={t('The newest runs have no metrics yet.')}
          onChoose={name => {
            const others = metrics.filter(each => each !== name);
            set({ metrics: others.length < metrics.length ? others : [...metrics, name].slice(-MOST_METRICS) });
          }}
          onClose={close}
        />
      )}
    />
  );
}

function choice(word: 'metrics' | 'params', name: string, note: string) {
  const id = sortKey(word, name);
  return id === null ? [] : [{ id, name, note }];
}
