/** The lines below the table: how many runs, what the marks mean, what is the same in all, what is missing. */

import { count, number } from '../parts/format';
import { ReducedNote } from '../parts/message';
import { HEAD_LENGTH, UserText, VALUE_LENGTH } from '../parts/text';
import type { Column } from './read';
import { states } from './toolbar';
import type { Model } from './use-model';

const SAME_LENGTH = 300; // characters of what is the same in all

/** Draws the lines. */
export function Footer({ model }: { model: Model }) {
  const { table, lines, arranged, selection, state, filtered, source } = model;
  const passed = lines.passed.length;
  const how = states(model);
  const runs =
    passed === table.rows ? count(table.rows, 'run') : `${passed.toLocaleString('en')} of ${count(table.rows, 'run')}`;
  const picked = [...selection.ids].filter(id => table.rowOf.has(id)).length;
  const best = new Set(
    arranged.placed.map(({ column }) => (column.kind === 'metric' && model.best(column) !== null ? column.best : null))
  );
  const meanings = [best.has('max') && '↑ highest', best.has('min') && '↓ lowest'].filter(Boolean).join(', ');
  return (
    <div class="nbf-footer">
      <div class="nbf-footer-main" role="status">
        <span>
          <b>{runs}</b>
          {how && `: ${how}`}
        </span>
        {picked > 0 && <span class="nbf-picked">{picked.toLocaleString('en')} selected</span>}
        {table.live && source.mode === 'live' && !table.notice && (
          <span title="New runs of the same search come in by themselves.">
            <span class="nbf-is-running">●</span> live
          </span>
        )}
        {filtered.waiting && <span>filtering …</span>}
        <ReducedNote reduced={table.reduced} />
        {meanings && (
          <span class="nbf-legend">
            <span class="nbf-star">★</span> best value: {meanings}
          </span>
        )}
      </div>
      {state.differ && table.rows > 1 && arranged.same.length > 0 && <Same columns={arranged.same} />}
    </div>
  );
}

function Same({ columns }: { columns: readonly Column[] }) {
  const shown: { id: string; name: string; value: string }[] = [];
  let length = 0;
  for (const column of columns) {
    const numeric = column.numbers?.[0];
    const value = numeric === undefined ? (column.text(0) ?? '') : number(numeric);
    length += Math.min(column.name.length, HEAD_LENGTH) + Math.min(value.length, VALUE_LENGTH);
    if (length > SAME_LENGTH) break;
    shown.push({ id: column.id, name: column.name, value });
  }
  const more = columns.length - shown.length;
  return (
    <div class="nbf-same">
      Same in all:{' '}
      {shown.map(({ id, name, value }, i) => (
        <span key={id}>
          {i > 0 && ', '}
          <UserText text={name} limit={HEAD_LENGTH} /> = <UserText text={value} limit={VALUE_LENGTH} />
        </span>
      ))}
      {more > 0 &&
        `${shown.length ? ' and ' : ''}${count(more, shown.length ? 'more' : 'column', shown.length ? 'more' : undefined)}`}
    </div>
  );
}
