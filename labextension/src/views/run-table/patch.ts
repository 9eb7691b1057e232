/** Takes a change into the data of a table: a live one is sent what is new, not 100,000 rows once a second. */

import { type Cell, type Coded, type Column, cells, checkColumns } from '../columns';

/** What Python tells of a change; see `nbflow/widgets/run_table/patch.py`. */
interface Patch {
  /** For each row where it was, or `-1 - i` for the `i`-th row of `columns`. Absent where rows are as they were. */
  readonly from?: ArrayLike<number>;
  /** All columns, with the rows that are new or changed. */
  readonly columns?: unknown;
  /** What else the data hold. */
  readonly rest?: object;
}

/** Gives the data after a change. */
export function patch(data: unknown, change: unknown): unknown {
  const { from, columns, rest } = change as Patch;
  const after = { ...(data as object), ...rest };
  if (!from) return after;
  const before = new Map(checkColumns((data as { columns?: unknown }).columns).map(column => [column.id, column]));
  return { ...after, columns: checkColumns(columns).map(column => patched(before.get(column.id), column, from)) };
}

function patched(before: Column | undefined, news: Column, from: ArrayLike<number>): Column {
  if (isCoded(before?.values) || isCoded(news.values)) return { ...news, values: patchedTexts(before, news, from) };
  const { values: old } = before ?? {};
  if (old instanceof Float64Array && news.values instanceof Float64Array) {
    return { ...news, values: patchedNumbers(old, news.values, from) };
  }
  const [was, is] = [before && cells(before), cells(news)];
  const values = Array.from(from, (place): Cell => (place < 0 ? is.at(-1 - place) : (was?.at(place) ?? null)));
  return { ...news, values };
}

function patchedNumbers(old: Float64Array, news: Float64Array, from: ArrayLike<number>): Float64Array {
  const values = new Float64Array(from.length);
  for (let row = 0; row < values.length; row++) {
    const place = from[row] ?? 0;
    values[row] = (place < 0 ? news[-1 - place] : old[place]) ?? Number.NaN;
  }
  return values;
}

function patchedTexts(before: Column | undefined, news: Column, from: ArrayLike<number>): Coded {
  const known = before ? coded(before) : { codes: new Int32Array(), texts: [] };
  const texts = [...known.texts];
  const places = new Map(texts.map((text, place) => [text, place]));
  const is = coded(news);
  const translated = is.texts.map(text => {
    const place = places.get(text);
    return place === undefined ? texts.push(text) - 1 : place;
  });
  const codes = new Int32Array(from.length);
  for (let row = 0; row < codes.length; row++) {
    const place = from[row] ?? 0;
    codes[row] = (place < 0 ? translated[is.codes[-1 - place] ?? -1] : known.codes[place]) ?? -1;
  }
  return texts.length > 2 * codes.length ? inUse(codes, texts) : { codes, texts };
}

/** Leaves out texts that no row has any more: a tag that changes each second would else fill the page's memory. */
function inUse(codes: Int32Array, texts: readonly string[]): Coded {
  const places = new Map<number, number>();
  const made = codes.map(code => {
    if (code < 0) return -1;
    const place = places.get(code) ?? places.size;
    places.set(code, place);
    return place;
  });
  return { codes: made, texts: [...places.keys()].map(code => texts[code] ?? '') };
}

function coded(column: Column): Coded {
  if (isCoded(column.values)) return column.values;
  const read = cells(column);
  const places = new Map<string, number>();
  const codes = Int32Array.from({ length: read.length }, (_, row) => {
    const value = read.at(row);
    if (value === null) return -1;
    const text = String(value);
    const place = places.get(text) ?? places.size;
    places.set(text, place);
    return place;
  });
  return { codes, texts: [...places.keys()] };
}

function isCoded(values: unknown): values is Coded {
  return typeof values === 'object' && values !== null && 'codes' in values;
}
