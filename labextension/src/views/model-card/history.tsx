/** What was done to a registered model: who, what, when. */

import { moment } from '../parts/format';
import { UserText } from '../parts/text';
import type { CardData } from './data';
import { Table } from './table';

/** The history, the newest first. */
export function History({ data }: { data: Pick<CardData, 'history' | 'number'> }) {
  return (
    <Table
      label="History"
      head={['when (UTC)', 'who', 'what']}
      first={20}
      rows={data.history.map(entry => [
        <span class="nbf-soft">{moment(entry.time)}</span>,
        <UserText text={entry.user} limit={40} />,
        <UserText text={withoutVersion(entry.text, data.number)} limit={240} />
      ])}
    />
  );
}

/** Leaves out which version it was where it goes without saying. */
function withoutVersion(text: string, number: number | null): string {
  const head = `version ${number}: `;
  return text.startsWith(head) ? text.slice(head.length) : text;
}
