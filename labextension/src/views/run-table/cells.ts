/** What a cell says: in the table, and in full where it is copied. */

import { duration, exact, isNumber, MISSING, moment, number } from '../parts/format';
import type { Column } from './read';
import { columnWriter } from './variation';

const LONGEST_PARAM = 8; // characters
const writers = new WeakMap<Column, (value: number) => string>();
const rights = new WeakMap<Column, boolean>();

/** The text of a cell as the table shows it; `–` where nothing is known. */
export function cellText(column: Column, row: number): string {
  const { numbers } = column;
  if (!numbers) return column.text(row) ?? MISSING;
  const value = numbers[row] ?? Number.NaN;
  if (Number.isNaN(value)) return column.nans?.has(row) ? 'nan' : MISSING;
  return valueText(column, value);
}

/** Writes a number as the column writes its numbers. */
export function valueText(column: Column, value: number): string {
  if (column.type === 'time') return moment(value);
  if (column.type === 'duration') return duration(Math.round(value * 1000));
  if (column.kind === 'param') return paramText(value);
  let write = writers.get(column);
  if (!write) {
    write = columnWriter(column);
    writers.set(column, write);
  }
  return write(value);
}

/** As it was given, and not like the others of its column; shorter where it has more digits than anybody reads. */
function paramText(value: number): string {
  const text = String(value);
  return text.length <= LONGEST_PARAM || Number.isInteger(value) ? text : number(value);
}

/** The text of a cell in full, for copies and files; empty where nothing is known. */
export function exactText(column: Column, row: number): string {
  const { numbers } = column;
  if (!numbers) return column.text(row) ?? '';
  const value = numbers[row] ?? Number.NaN;
  if (Number.isNaN(value)) return column.nans?.has(row) ? 'nan' : '';
  if (column.type === 'time') return new Date(value).toISOString();
  return column.type === 'duration' ? String(value) : exact(value);
}

/** Whether a column stands to the right: it holds numbers and nothing else. */
export function isRight(column: Column): boolean {
  let right = rights.get(column);
  if (right === undefined) {
    right = column.numbers ? column.type !== 'time' : column.texts.length > 0 && column.texts.every(isNumber);
    rights.set(column, right);
  }
  return right;
}

/** Rows as text with a line for each and a tab between cells, which spreadsheets take from the clipboard. */
export function tsv(columns: readonly Column[], rows: ArrayLike<number>): string {
  return separated(columns, rows, '\t', '\n', /[\t\r\n"]/);
}

/** Rows as a CSV file. */
export function csv(columns: readonly Column[], rows: ArrayLike<number>): string {
  return `${separated(columns, rows, ',', '\r\n', /[,\r\n"]/)}\r\n`;
}

function separated(
  columns: readonly Column[],
  rows: ArrayLike<number>,
  between: string,
  end: string,
  special: RegExp
): string {
  const quote = (text: string) => (special.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
  const lines = [columns.map(column => quote(heading(column))).join(between)];
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] ?? 0;
    lines.push(columns.map(column => quote(exactText(column, row))).join(between));
  }
  return lines.join(end);
}

/** The name of a column where there is no line of kinds above it: as in the frame. */
function heading({ id, kind, name }: Column): string {
  return kind === 'attribute' ? name : id;
}
