/** Columns of a table, read alike in each of the three forms in which their values may come. */
import type { Numbers } from './wire';

/** One value: a number, a text, or null where there is none. Times are milliseconds, durations seconds. */
export type Cell = number | string | null;

export type ColumnKind = 'attribute' | 'param' | 'metric' | 'tag' | 'other';
export type ColumnType = 'number' | 'text' | 'time' | 'duration' | 'status';

/** Texts of which many are the same: for each row the place of its text, or -1. */
export interface Coded {
  readonly codes: ArrayLike<number>;
  readonly texts: readonly string[];
}

export type Values = readonly Cell[] | Numbers | Coded;

/** A column as Python sends it. */
export interface Column {
  /** What tells it from all others, such as `metrics.loss`. */
  readonly id: string;
  readonly kind: ColumnKind;
  /** What people call it: `loss`. */
  readonly name: string;
  readonly type: ColumnType;
  /** Which values are the good ones, where somebody said so. */
  readonly best: 'min' | 'max' | null;
  readonly values: Values;
}

/** A column's values, by row. */
export interface Cells {
  readonly length: number;
  at(row: number): Cell;
}

const KINDS: readonly string[] = ['attribute', 'param', 'metric', 'tag', 'other'] satisfies ColumnKind[];
const TYPES: readonly string[] = ['number', 'text', 'time', 'duration', 'status'] satisfies ColumnType[];
const NUMERIC: readonly ColumnType[] = ['number', 'time', 'duration'];

/** The numbers that JSON cannot say. */
const SAID = new Map<Cell, number>([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY]
]);

/** Reads a column's values. A row that it does not have is missing. */
export function cells(column: Column): Cells {
  const { values } = column;
  if (isCoded(values)) return coded(values);
  if (ArrayBuffer.isView(values)) return numbers(values as Numbers);
  const plain = values as readonly Cell[];
  if (!NUMERIC.includes(column.type)) return { length: plain.length, at: row => plain[row] ?? null };
  return {
    length: plain.length,
    at: row => {
      const value = plain[row] ?? null;
      return typeof value === 'string' ? (SAID.get(value) ?? null) : value;
    }
  };
}

/**
 * Makes sure that something is a list of columns of one length.
 *
 * What comes from a notebook may be anybody's, or an older version's.
 *
 * @throws {TypeError} that says what is wrong, in words for the user
 */
export function checkColumns(value: unknown): Column[] {
  if (!Array.isArray(value)) throw new TypeError('its columns are missing');
  const columns = value.map(checkColumn);
  const lengths = new Set(columns.map(column => cells(column).length));
  if (lengths.size > 1) throw new TypeError('its columns are not of one length');
  if (new Set(columns.map(column => column.id)).size < columns.length) throw new TypeError('a column is there twice');
  return columns;
}

function checkColumn(value: unknown): Column {
  if (typeof value !== 'object' || value === null) throw new TypeError('a column is no object');
  const { id, kind, name, type, best = null, values } = value as Partial<Record<keyof Column, unknown>>;
  const known =
    typeof id === 'string' &&
    typeof name === 'string' &&
    KINDS.includes(kind as string) &&
    TYPES.includes(type as string) &&
    (best === null || best === 'min' || best === 'max');
  if (!known || !isValues(values)) throw new TypeError(`column ${String(id)} is not in a form that is known here`);
  return { id, kind: kind as ColumnKind, name, type: type as ColumnType, best, values };
}

function isValues(values: unknown): values is Values {
  return isList(values) || (isCoded(values) && isList(values.codes) && Array.isArray(values.texts));
}

function isList(values: unknown): boolean {
  return Array.isArray(values) || (ArrayBuffer.isView(values) && !(values instanceof DataView));
}

function isCoded(values: unknown): values is Coded {
  return typeof values === 'object' && values !== null && 'codes' in values;
}

function coded({ codes, texts }: Coded): Cells {
  return { length: codes.length, at: row => texts[codes[row] ?? -1] ?? null };
}

function numbers(values: Numbers): Cells {
  return {
    length: values.length,
    at: row => {
      const value = values[row];
      return value === undefined || Number.isNaN(value) ? null : value;
    }
  };
}
