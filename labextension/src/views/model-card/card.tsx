/** The card of a model: its parts, one of which is in view, and what can be done. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { Button } from '../parts/button';
import { useSource, type ViewProps } from '../parts/frame';
import { Message, ReducedNote } from '../parts/message';
import { type Act, Actions, type Said } from './actions';
import { type CardData, type CardState, isCard } from './data';
import { Files, type FilesProps } from './files';
import { Head } from './head';
import { History } from './history';
import { Overview } from './overview';
import { Schema } from './schema';
import { type Tab, Tabs } from './tabs';
import { TrialForm } from './trial';
import { Changes, Versions } from './versions';

export interface CardProps extends ViewProps<CardData, CardState> {
  source: FilesProps['source'];
  /** Whether it may be looked at only. */
  fixed?: boolean;
  /** False where its name stands above it. */
  titled?: boolean;
}

/** The card of a source's data. */
export function Card({ source, signal, fixed = false, titled = true }: CardProps) {
  const { data, state, mode } = useSource(source);
  const [said, setSaid] = useState<Said>(null);
  const [busy, setBusy] = useState(false);
  const over = useRef(signal);
  const live = mode === 'live';
  useEffect(() => {
    if (!live) setSaid(null);
  }, [live]);
  if (!isCard(data)) {
    return (
      <Message kind="error" title="This model card cannot be shown.">
        {source.answerer === 'server'
          ? 'The server is of another version of nbflow than this page: load the page anew.'
          : 'It was saved by another version of nbflow, or holds more than a notebook keeps. Run the cell again.'}
      </Message>
    );
  }
  const act: Act = async (action, args) => {
    setBusy(true);
    setSaid(null);
    try {
      const done = await source.ask<{ said: string }>('act', { action, args }, over.current);
      setSaid({ ok: true, text: done.said });
    } catch (error) {
      if (!over.current.aborted) setSaid({ ok: false, text: error instanceof Error ? error.message : String(error) });
    } finally {
      if (!over.current.aborted) setBusy(false);
    }
  };
  const versioned = data.type === 'version';
  const known = data.known !== false;
  const changes = live && versioned && known && !fixed;
  const can = changes && !busy;
  const tabs: Tab[] = [
    {
      id: 'overview',
      label: 'Overview',
      draw: () => (
        <Overview data={data} source={source} onDropTag={can ? key => void act('delete_tag', { key }) : undefined} />
      )
    },
    { id: 'schema', label: 'Inputs and outputs', draw: () => <Schema data={data} /> },
    { id: 'trial', label: 'Try it', draw: () => <TrialForm data={data} source={source} /> }
  ];
  if (data.artifacts) {
    tabs.push({ id: 'files', label: 'Files', draw: () => <Files data={data} source={source} /> });
  }
  if (data.versions && data.versions.rows.length > 0) {
    tabs.push({ id: 'versions', label: 'Versions', count: data.versions.n_rows, draw: () => <Versions data={data} /> });
    tabs.push({ id: 'changes', label: 'Changes', draw: () => <Changes data={data} source={source} /> });
  }
  if (data.history.length > 0) tabs.push({ id: 'history', label: 'History', draw: () => <History data={data} /> });
  return (
    <div class="nbf-card">
      <Head data={data} titled={titled} onDropAlias={can ? alias => void act('delete_alias', { alias }) : undefined} />
      {changes && !data.deleted && (
        <Actions data={data} act={act} said={said} busy={busy} onClose={() => setSaid(null)} />
      )}
      <Tabs label="Parts of the card" tabs={tabs} open={state.tab} onOpen={tab => source.setState({ tab })} />
      <footer class="nbf-card-foot">
        <ReducedNote reduced={data.reduced} />
        {live && (
          <Button label="Look at the store again" look="plain" icon="refresh" onClick={() => void refresh()}>
            Refresh
          </Button>
        )}
        {live && versioned && !known && (
          <span class="nbf-soft">The store in use does not know this version, so nothing can be changed here.</span>
        )}
        {!live && versioned && (
          <span class="nbf-soft">
            As it was saved. With a kernel it can be tried, compared and changed: run the cell.
          </span>
        )}
      </footer>
    </div>
  );

  async function refresh(): Promise<void> {
    try {
      await source.ask('refresh', {}, over.current);
    } catch (error) {
      if (!over.current.aborted) setSaid({ ok: false, text: error instanceof Error ? error.message : String(error) });
    }
  }
}
