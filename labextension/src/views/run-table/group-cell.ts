/** What the head of a group says of a column: mean ± standard deviation, or the value that all its runs have. */

import { exact, MISSING, number } from '../parts/format';
import { statusMark } from '../parts/status';
import { cellText, valueText } from './cells';
import { type Group, spread } from './lines';
import type { Column } from './read';
import { STATUS } from './table';

export interface GroupCell {
  readonly text: string;
  readonly soft: boolean;
  readonly title: string | undefined;
}

const cache = new WeakMap<Group, Map<string, GroupCell>>();

/** Sums up a column over the runs of a group. */
export function groupCell(column: Column, group: Group): GroupCell {
  let cells = cache.get(group);
  if (!cells) {
    cells = new Map();
    cache.set(group, cells);
  }
  let cell = cells.get(column.id);
  if (!cell) {
    cell =
      column.numbers && column.kind !== 'param' && column.type !== 'time'
        ? means(column, group)
        : common(column, group);
    cells.set(column.id, cell);
  }
  return cell;
}

function means(column: Column, group: Group): GroupCell {
  const { mean, std, n } = spread(column.numbers ?? [], group.rows);
  if (!n) return { text: MISSING, soft: true, title: undefined };
  const isTime = column.type === 'duration'; // which is long enough as it is
  const middle = valueText(column, isTime ? mean : rounded(mean, column));
  const around = Number.isNaN(std) || isTime ? '' : ` ± ${number(Number(std.toPrecision(2)))}`;
  const title = `mean ${exact(mean)}${Number.isNaN(std) ? '' : `, standard deviation ${exact(std)}`}, of ${n} runs`;
  return { text: `${middle}${around} (${n})`, soft: false, title };
}

/** As a whole number where the column has only such, a mean would be wrong: 2.5 epochs. */
function rounded(mean: number, column: Column): number {
  return Number.isInteger(mean) || !column.numbers ? mean : Number(mean.toPrecision(6));
}

function common(column: Column, group: Group): GroupCell {
  if (column.type === 'time') return { text: '', soft: true, title: undefined };
  if (column.id === STATUS) return statuses(column, group);
  const different = new Set<number>();
  const values = column.codes ?? column.numbers ?? [];
  for (const row of group.rows) different.add(values[row] ?? Number.NaN);
  if (different.size > 1) return { text: `${different.size} values`, soft: true, title: undefined };
  const text = cellText(column, group.first);
  return { text, soft: text === MISSING, title: undefined };
}

/** How many are in which state, by the marks of these: `9 ✓ 2 ✗`. */
function statuses(column: Column, group: Group): GroupCell {
  const counts = new Map<string, number>();
  for (const row of group.rows) {
    const status = column.text(row);
    if (status !== null) counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return {
    text: sorted.map(([status, n]) => `${n} ${statusMark(status)}`).join('  ') || MISSING,
    soft: false,
    title: sorted.map(([status, n]) => `${n} ${status.toLowerCase()}`).join(', ')
  };
}
