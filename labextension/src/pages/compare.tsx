/** The page of a comparison: runs side by side. */

import { useEffect, useMemo } from 'preact/hooks';
import { t, tn } from '../i18n';
import { Comparison } from '../views/comparison/comparison';
import { isRecord, list, text, texts } from '../views/given';
import { Button } from '../views/parts/button';
import { MenuButton } from '../views/parts/menu';
import { ErrorBoundary } from '../views/parts/message';
import { storeOf } from './code-button';
import { CopyLink, Head, Loaded, type PageProps } from './frame';
import { useRest, useStoreInfo } from './hooks';

/** The page. */
export function ComparePage({ of, services, signal, onTitle }: PageProps<'compare'>) {
  const { api, shell } = services;
  const store = api.store(of.store);
  const info = useStoreInfo(api, of.store);
  const source = useRest(() => store.comparisonSource(of.run_ids), [store, of.run_ids.join(' ')]);
  const runs = useMemo(() => headsOf(source.loaded ? source.data : null), [source.loaded && source.data]);
  const n = runs.length || of.run_ids.length;
  const title = tn('Comparison of %1 run', 'Comparison of %1 runs', n);
  useEffect(() => onTitle(title), [title]);
  const selected = texts(source.state.selected);
  return (
    <Loaded source={source} what={t('comparison')}>
      {() => (
        <div class="nbf-pages-scroll">
          <Head
            shell={shell}
            crumbs={[storeOf(info, of.store), { text: title }]}
            actions={
              <>
                <MenuButton
                  label={t('Open a run')}
                  text={t('Open a run')}
                  items={runs.map(({ id, name, letter }) => ({
                    label: `${letter} ${name}`,
                    onSelect: () => shell.open({ page: 'run', store: of.store, run_id: id })
                  }))}
                />
                <Button
                  label={t('Compare the selected runs alone')}
                  disabled={selected.length < 2 || selected.length === n}
                  onClick={() => shell.open({ page: 'compare', store: of.store, run_ids: selected })}
                >
                  {t('Only selected')}
                </Button>
                <CopyLink shell={shell} to={of} />
              </>
            }
          />
          <div class="nbf-view nbf-comparison">
            <ErrorBoundary what="comparison">
              <Comparison source={source} signal={signal} />
            </ErrorBoundary>
          </div>
        </div>
      )}
    </Loaded>
  );
}

function headsOf(data: unknown): { id: string; name: string; letter: string }[] {
  if (!isRecord(data)) return [];
  return list(data.runs)
    .filter(isRecord)
    .map(run => ({ id: text(run.id) ?? '', name: text(run.name) ?? '', letter: text(run.letter) ?? '' }));
}
