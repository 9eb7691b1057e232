/** All versions of a registered model, and what changed between two of them. */

import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { MISSING, moment } from '../parts/format';
import { Bar } from '../parts/message';
import { UserText } from '../parts/text';
import type { Source } from '../source';
import type { CardData, CardState, Differences } from './data';
import { Table } from './table';

/** The list of versions. */
export function Versions({ data }: { data: CardData }) {
  const { versions } = data;
  if (!versions) return null;
  const staged = versions.rows.some(row => row.stage);
  return (
    <Table
      head={['version', 'aliases', ...(staged ? ['stage'] : []), ...versions.metrics, 'registered (UTC)', 'by', 'run']}
      label="Versions"
      numbers={[0, ...versions.metrics.map((_, i) => 2 + Number(staged) + i)]}
      first={30}
      total={versions.n_rows}
      rows={versions.rows.map(row => [
        <span class={row.current ? 'nbf-card-current' : undefined} aria-current={row.current || undefined}>
          {row.current && <span title="this one">● </span>}
          {row.version}
        </span>,
        row.aliases.map(alias => (
          <span key={alias} class="nbf-card-badge">
            <UserText text={`@${alias}`} limit={40} />
          </span>
        )),
        ...(staged ? [row.stage ? <UserText text={row.stage} limit={40} /> : ''] : []),
        ...row.metrics.map(metric => <span title={metric.exact ?? undefined}>{metric.text}</span>),
        <span class="nbf-soft">{moment(row.time)}</span>,
        <UserText text={row.user} limit={40} />,
        <UserText text={row.run} limit={40} />
      ])}
    />
  );
}

type Asked = 'saved' | 'asking' | { found: Differences } | { error: string };

/** What changed since another version: the one before is in the notebook, others are asked for. */
export function Changes({ data, source }: { data: CardData; source: Source<CardData, CardState> }) {
  const others = (data.versions?.rows ?? []).filter(row => !row.current);
  const saved = data.differences;
  const [chosen, setChosen] = useState<number | null>(saved ? other(saved, data.number) : (others[0]?.version ?? null));
  const [asked, setAsked] = useState<Asked>('saved');
  const isSaved = saved !== null && chosen === other(saved, data.number);
  const live = source.mode === 'live';
  useEffect(() => {
    if (chosen === null || isSaved) return setAsked('saved');
    if (!live) return setAsked({ error: 'No kernel answers: run the cell to compare with this version.' });
    const life = new AbortController();
    setAsked('asking');
    source.ask<Differences>('differences', { version: chosen }, life.signal).then(
      found => life.signal.aborted || setAsked({ found }),
      error => life.signal.aborted || setAsked({ error: error instanceof Error ? error.message : String(error) })
    );
    return () => life.abort();
  }, [chosen, isSaved, live, data]);
  if (others.length === 0) return <p class="nbf-soft">It is the only version: there is nothing to compare it with.</p>;
  const shown = isSaved ? saved : typeof asked === 'object' && 'found' in asked ? asked.found : null;
  return (
    <>
      <label class="nbf-card-choose">
        {`Version ${data.number} against `}
        <select
          class="nbf-form-select"
          value={String(chosen)}
          onChange={event => setChosen(Number(event.currentTarget.value))}
        >
          {others.map(row => (
            <option key={row.version} value={String(row.version)}>
              {`version ${row.version}${row.aliases.length ? ` (@${row.aliases.join(', @')})` : ''}`}
            </option>
          ))}
        </select>
      </label>
      {asked === 'asking' && <Waiting>Comparing …</Waiting>}
      {typeof asked === 'object' && 'error' in asked && !isSaved && <Bar kind="error">{asked.error}</Bar>}
      {shown && <Changed found={shown} />}
    </>
  );
}

/** What differs, each kind in a table of its own. */
export function Changed({ found }: { found: Differences }) {
  const value = (text: string | null) =>
    text === null ? <span class="nbf-soft">{MISSING}</span> : <UserText text={text} limit={80} />;
  return (
    <div class="nbf-card-columns">
      {found.groups.length === 0 && <p class="nbf-soft">They do not differ.</p>}
      {found.groups.map(group => {
        const changes = group.rows.some(row => row.change);
        return (
          <Table
            key={group.title}
            caption={group.title}
            head={['', `version ${found.before}`, `version ${found.after}`, ...(changes ? ['change'] : [])]}
            numbers={changes ? [1, 2, 3] : []}
            first={20}
            total={group.n_rows}
            rows={group.rows.map(row => [
              <UserText text={row.name} limit={48} />,
              value(row.before),
              value(row.after),
              ...(changes ? [<span class={row.tone ? `nbf-card-${row.tone}` : undefined}>{row.change}</span>] : [])
            ])}
          />
        );
      })}
      {found.unknown.length > 0 && (
        <p class="nbf-soft">{`Not compared, for it is not known of both: ${found.unknown.join(', ')}.`}</p>
      )}
    </div>
  );
}

/** Words that say that something is under way. */
export function Waiting({ children }: { children: ComponentChildren }) {
  return (
    <div class="nbf-card-waiting" role="status">
      <span class="nbf-card-spinner" aria-hidden="true" />
      {children}
    </div>
  );
}

function other(found: Differences, number: number | null): number {
  return found.before === number ? found.after : found.before;
}
