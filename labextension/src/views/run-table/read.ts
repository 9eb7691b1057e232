/** Columns as the table computes with them: numbers in a typed array, texts as places in a list of different ones. */

import { type ColumnKind, type ColumnType, cells, checkColumns, type Column as WireColumn } from '../columns';

export type { ColumnKind, ColumnType };
export type Best = 'min' | 'max' | null;

/** A column of the table. */
export interface Column {
  readonly id: string;
  readonly kind: ColumnKind;
  readonly name: string;
  readonly type: ColumnType;
  readonly best: Best;
  readonly length: number;
  /** By row, NaN where missing; null for texts. Times in milliseconds, durations in seconds. */
  readonly numbers: Float64Array | null;
  /** Rows with NaN itself. */
  readonly nans: ReadonlySet<number> | null;
  /** By row, the place in `texts`, -1 where missing; null for numbers. */
  readonly codes: Int32Array | null;
  readonly texts: readonly string[];
  /** The text of a row; null where there is none. */
  text(row: number): string | null;
}

/** Reads columns as Python sends them; throws an Error with plain words. */
export function readColumns(wire: unknown): Column[] {
  return checkColumns(wire).map(readColumn);
}

function readColumn(wire: WireColumn): Column {
  const { id, kind, name, type, best } = wire;
  const head = { id, kind, name, type, best };
  return type === 'text' || type === 'status' ? readTexts(head, wire) : readNumbers(head, wire);
}

type Head = Pick<Column, 'id' | 'kind' | 'name' | 'type' | 'best'>;

function readNumbers(head: Head, wire: WireColumn): Column {
  const { values } = wire;
  const nans = new Set<number>();
  let numbers: Float64Array;
  if (values instanceof Float64Array) numbers = values;
  else {
    const read = cells(wire);
    numbers = new Float64Array(read.length);
    for (let row = 0; row < numbers.length; row++) {
      const value = read.at(row);
      numbers[row] = typeof value === 'number' ? value : Number.NaN;
      if (typeof value === 'number' && Number.isNaN(value)) nans.add(row);
    }
  }
  return {
    ...head,
    length: numbers.length,
    numbers,
    nans: nans.size ? nans : null,
    codes: null,
    texts: [],
    text: () => null
  };
}

function readTexts(head: Head, wire: WireColumn): Column {
  const { values } = wire;
  let codes: Int32Array;
  let texts: string[];
  if ('codes' in values) {
    texts = values.texts.map(String);
    codes = Int32Array.from(values.codes, code => (code >= 0 && code < texts.length ? code : -1));
  } else {
    const read = cells(wire);
    const places = new Map<string, number>();
    codes = new Int32Array(read.length);
    for (let row = 0; row < codes.length; row++) {
      const value = read.at(row);
      if (value === null) {
        codes[row] = -1;
        continue;
      }
      const text = String(value);
      let place = places.get(text);
      if (place === undefined) {
        place = places.size;
        places.set(text, place);
      }
      codes[row] = place;
    }
    texts = [...places.keys()];
  }
  return {
    ...head,
    length: codes.length,
    numbers: null,
    nans: null,
    codes,
    texts,
    text: row => texts[codes[row] ?? -1] ?? null
  };
}
