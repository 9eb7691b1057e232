/** The whole page: the panel, the tabs, and what the one that is seen shows. */

import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Api } from '../api/api';
import { t } from '../i18n';
import { useServer } from '../pages/hooks';
import { firstTitle } from '../pages/page';
import { addressOf, keyOf, type Place, placeOf } from '../pages/routes';
import type { PageRef, Services, Shell, StateStore } from '../shell';
import { isRecord } from '../views/given';
import { Button } from '../views/parts/button';
import { Message } from '../views/parts/message';
import { visible } from '../views/parts/text';
import { Connection } from './connection';
import { PageHost } from './page-host';
import { Side } from './side';
import { Start } from './start';
import { firstTabs, savedTabs } from './state';
import { TabBar } from './tab-bar';
import { beside, closed, currentOf, moved, opened, START, type Tabs } from './tabs';
import type { Theme } from './theme';
import { ThemeButton } from './theme-button';

export interface AppProps {
  api: Api;
  state: StateStore;
  theme: Theme;
}

const TABS = 'ui.tabs';
const SIDE = 'ui.side';
const MOST_ALIVE = 8; // pages that go on while they are not seen
const NARROW = 700;

/** The page. */
export function App({ api, state, theme }: AppProps) {
  const [tabs, setTabs] = useState<Tabs>(() => firstTabs(state.get(TABS), location.hash));
  const [lost, setLost] = useState(() => lostIn(location.hash));
  const [titles, setTitles] = useState<ReadonlyMap<string, string>>(new Map());
  const [side, setSide] = useSide(state);
  const server = useServer(api);
  const newest = useRef(tabs);
  newest.current = tabs;

  const go = useCallback(
    (change: (tabs: Tabs) => Tabs) => {
      const made = change(newest.current);
      newest.current = made;
      setLost(null);
      setTabs(made);
      state.set(TABS, savedTabs(made));
      const address = addressOf(currentOf(made));
      if (location.hash !== address) history.pushState(null, '', address);
    },
    [state]
  );
  const show = useCallback(
    (place: Place) => {
      go(before => opened(before, place));
      // Where the panel lies over the page, it has done what it was opened for.
      if (window.innerWidth < NARROW) setSide({ open: false });
    },
    [go]
  );
  const services = useMemo<Services>(() => ({ api, state, shell: shellOf(show) }), [api, state, show]);

  useEffect(() => {
    const moved = () => {
      setLost(lostIn(location.hash));
      const place = placeOf(location.hash);
      if (!place) return;
      const made = opened(newest.current, place);
      newest.current = made;
      setTabs(made);
      state.set(TABS, savedTabs(made));
    };
    window.addEventListener('hashchange', moved);
    window.addEventListener('popstate', moved);
    return () => {
      window.removeEventListener('hashchange', moved);
      window.removeEventListener('popstate', moved);
    };
  }, [state]);
  useKeys(go);
  useEffect(() => {
    if (!lost && location.hash !== addressOf(currentOf(tabs)))
      history.replaceState(null, '', addressOf(currentOf(tabs)));
  }, []);

  const current = currentOf(tabs);
  const titleOf = (place: Place) =>
    place.page === 'start' ? t('Start') : (titles.get(keyOf(place)) ?? firstTitle(place));
  useEffect(() => {
    document.title = current.page === 'start' ? 'nbflow' : `${visible(titleOf(current))} – nbflow`;
  });
  const alive = new Set([tabs.current, ...tabs.seen.slice(0, MOST_ALIVE)]);
  return (
    <div class="nbf-ui">
      <button
        type="button"
        class="nbf-ui-skip"
        onClick={() => document.querySelector<HTMLElement>('.nbf-ui-main')?.focus()}
      >
        {t('To the page')}
      </button>
      <header class="nbf-view nbf-ui-bar">
        <Button
          label={side.open ? t('Fold the panel away') : t('Show the panel')}
          icon="menu"
          look="plain"
          pressed={side.open}
          onClick={() => setSide({ open: !side.open })}
        />
        <TabBar
          tabs={lost === null ? tabs : { ...tabs, current: '' }}
          titleOf={titleOf}
          onShow={show}
          onClose={key => go(before => closed(before, key))}
          onMove={(key, by) => go(before => moved(before, key, by))}
        />
        {server?.read_only && (
          <span class="nbf-ui-mark" title={t('This server refuses every change.')}>
            {t('read only')}
          </span>
        )}
        <Connection events={api.events} />
        <ThemeButton theme={theme} />
      </header>
      <div class="nbf-ui-body">
        <Side
          services={services}
          open={side.open}
          width={side.width}
          onWidth={width => setSide({ width })}
          onDismiss={() => setSide({ open: false })}
        />
        <main class="nbf-ui-main" tabIndex={-1}>
          {lost !== null && <Lost address={lost} onStart={() => show(START)} />}
          {lost === null && current.page === 'start' && <Start services={services} server={server} />}
          {tabs.open
            .filter((place): place is PageRef => place.page !== 'start' && alive.has(keyOf(place)))
            .map(place => (
              <PageHost
                key={keyOf(place)}
                place={place}
                services={services}
                hidden={lost !== null || keyOf(place) !== tabs.current}
                onTitle={title => setTitles(before => new Map(before).set(keyOf(place), title))}
              />
            ))}
        </main>
      </div>
    </div>
  );
}

/** Goes from tab to tab, and closes them. Ctrl+Tab is the browser's; so are Ctrl+PageUp and Ctrl+PageDown. */
function useKeys(go: (change: (tabs: Tabs) => Tabs) => void): void {
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (!event.altKey || event.ctrlKey || event.metaKey) return;
      const by = { PageUp: -1, PageDown: 1 }[event.key] as -1 | 1 | undefined;
      if (by !== undefined) go(before => ({ ...before, current: beside(before, by) }));
      else if (event.key === 'w') go(before => closed(before, before.current));
      else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', key);
    return () => document.removeEventListener('keydown', key);
  }, [go]);
}

/** What stands behind the `#` where it is no page's address. */
function lostIn(address: string): string | null {
  return placeOf(address) ? null : address;
}

function Lost({ address, onStart }: { address: string; onStart: () => void }) {
  return (
    <div class="nbf-view nbf-pages">
      <div class="nbf-pages-problem">
        <Message kind="error" title={t('There is no page of this address')}>
          <p>{visible(address.slice(0, 300))}</p>
          <p>{t('Its end may be missing. Ask whoever sent it, or begin at the start.')}</p>
        </Message>
        <div class="nbf-pages-ways">
          <Button label={t('To the start')} look="main" onClick={onStart}>
            {t('To the start')}
          </Button>
        </div>
      </div>
    </div>
  );
}

/** What pages and panel ask of this page: it has no notebooks. */
function shellOf(show: (place: PageRef) => void): Shell {
  return {
    open: show,
    link: addressOf,
    insert: null,
    dragStart: null,
    openNotebook: null,
    notebookFolder: () => null,
    onNotebookChanged: () => () => undefined
  };
}

interface SideState {
  readonly open: boolean;
  readonly width: number;
}

function useSide(state: StateStore): [SideState, (patch: Partial<SideState>) => void] {
  const [side, setSide] = useState<SideState>(() => {
    const kept = state.get(SIDE);
    const { open, width } = isRecord(kept) ? kept : {};
    const wide = window.innerWidth >= NARROW;
    return { open: wide && open !== false, width: typeof width === 'number' ? width : 320 };
  });
  return [
    side,
    patch =>
      setSide(before => {
        const made = { ...before, ...patch };
        if (window.innerWidth >= NARROW) state.set(SIDE, made);
        return made;
      })
  ];
}
