/** Which runs pass: a filter of the grammar, words to look for, and the columns' own filters. */

import { toNumber } from '../parts/format';
import { FilterError, type Key, type Node, parseFilter, type Value } from './grammar';
import type { Column } from './read';
import type { ColumnFilter } from './state';
import { DURATION, ENDED, NAME, RUN_ID, STARTED, STATUS, type Table } from './table';

/** Tells of a row whether it passes. */
export type Test = (row: number) => boolean;

const WORDS: Readonly<Record<string, string>> = {
  metric: 'metrics',
  metrics: 'metrics',
  param: 'params',
  parameter: 'params',
  parameters: 'params',
  params: 'params',
  tag: 'tags',
  tags: 'tags'
};
const ATTRIBUTES: Readonly<Record<string, string>> = {
  run_id: RUN_ID,
  run_name: NAME,
  'run name': NAME,
  'Run name': NAME,
  'Run Name': NAME,
  status: STATUS,
  user_id: 'tags.mlflow.user',
  start_time: STARTED,
  created: STARTED,
  Created: STARTED,
  end_time: ENDED,
  duration: DURATION
};
const DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/** Makes a filter's test; throws a FilterError where it is none, or asks what the table does not know. */
export function filterTest(text: string, table: Table): Test {
  return nodeTest(parseFilter(text), table);
}

/** Makes the test for words: each must stand in the run's id, name or status, or in one of its params or tags. */
export function wordsTest(text: string, table: Table): Test {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const looked = table.columns.filter(
    ({ codes, id, kind }) =>
      codes && (id === RUN_ID || id === NAME || id === STATUS || kind === 'param' || isOwn(kind, id))
  );
  const tests = words.map(word => {
    const found = looked.map(column => containing(column, word)).filter(test => test !== null);
    return (row: number) => found.some(test => test(row));
  });
  return row => tests.every(test => test(row));
}

/** Makes the test of a column's own filter. */
export function columnTest(column: Column, filter: ColumnFilter): Test {
  const tests: Test[] = [];
  const { text, min, max } = filter;
  if (text) tests.push(containing(column, text.toLowerCase()) ?? (() => false));
  if (min !== undefined || max !== undefined) {
    const value = numberOf(column);
    tests.push(row => {
      const number = value(row);
      return number >= (min ?? Number.NEGATIVE_INFINITY) && number <= (max ?? Number.POSITIVE_INFINITY);
    });
  }
  return row => tests.every(test => test(row));
}

/** The rows that pass all tests, in the table's order; null for all. */
export function passing(table: Table, tests: readonly Test[]): Int32Array | null {
  if (!tests.length) return null;
  const rows = new Int32Array(table.rows);
  let n = 0;
  for (let row = 0; row < table.rows; row++) if (tests.every(test => test(row))) rows[n++] = row;
  return rows.subarray(0, n);
}

function isOwn(kind: string, id: string): boolean {
  return kind === 'other' || (kind === 'tag' && (!id.startsWith('tags.mlflow.') || id === 'tags.mlflow.user'));
}

function containing(column: Column, folded: string): Test | null {
  const { codes, texts } = column;
  if (!codes) return null;
  const hits = Uint8Array.from(texts, text => (text.toLowerCase().includes(folded) ? 1 : 0));
  return hits.includes(1) ? row => hits[codes[row] ?? -1] === 1 : null;
}

function numberOf({ numbers, codes, texts }: Column): (row: number) => number {
  if (numbers) return row => numbers[row] ?? Number.NaN;
  const read = Float64Array.from(texts, text => toNumber(text) ?? Number.NaN);
  return row => read[codes?.[row] ?? -1] ?? Number.NaN;
}

function nodeTest(node: Node, table: Table): Test {
  switch (node.is) {
    case 'and': {
      const tests = node.parts.map(part => nodeTest(part, table));
      return row => tests.every(test => test(row));
    }
    case 'or': {
      const tests = node.parts.map(part => nodeTest(part, table));
      return row => tests.some(test => test(row));
    }
    case 'not': {
      const test = nodeTest(node.part, table);
      return row => !test(row);
    }
    default:
      return clauseTest(node, find(node.key, table));
  }
}

type Clause = Exclude<Node, { is: 'and' | 'or' | 'not' }>;

/** A clause on what a run does not have is false, whatever it says. */
function clauseTest(clause: Clause, column: Column): Test {
  const has: Test = column.codes
    ? row => (column.codes?.[row] ?? -1) >= 0
    : row => !Number.isNaN(column.numbers?.[row]) || column.nans?.has(row) === true;
  if (clause.is === 'null') return row => has(row) === clause.negated;
  if (clause.is === 'like') {
    const like = textsTest(column, likeMatcher(clause.pattern, clause.folding));
    return row => has(row) && like(row) !== clause.negated;
  }
  const values = clause.is === 'compare' ? [clause.value] : clause.values;
  const asNumbers = typeof values[0] === 'number' || column.numbers !== null;
  const test = asNumbers ? numbersTest(clause, column, values) : textTest(clause, column, values);
  if (clause.is === 'compare') return row => has(row) && test(row);
  const value = asNumbers ? numberOf(column) : null;
  // A text that is no number is neither in a list of numbers nor out of it.
  return row => has(row) && !(value && column.codes && Number.isNaN(value(row))) && test(row) !== clause.negated;
}

type Compared = Extract<Clause, { is: 'compare' | 'in' | 'between' }>;

function numbersTest(clause: Compared, column: Column, values: readonly Value[]): Test {
  const value = numberOf(column);
  const wanted = values.map(each => asNumber(each, column));
  const [low = Number.NaN, high = Number.NaN] = wanted;
  if (clause.is === 'between') return row => value(row) >= low && value(row) <= high;
  if (clause.is === 'in') {
    const set = new Set(wanted);
    return row => set.has(value(row));
  }
  const compare = COMPARE[clause.op] ?? (() => false);
  // Of a text that is no number nothing is said, not even that it differs.
  return row => {
    const number = value(row);
    return (column.codes === null || !Number.isNaN(number)) && compare(number, low);
  };
}

function textTest(clause: Compared, column: Column, values: readonly Value[]): Test {
  const wanted = values.map(String);
  const [low = '', high = ''] = wanted;
  if (clause.is === 'between') return textsTest(column, text => text >= low && text <= high);
  if (clause.is === 'in') {
    const set = new Set(wanted);
    return textsTest(column, text => set.has(text));
  }
  if (clause.op === '=') return textsTest(column, text => text === low);
  if (clause.op === '!=') return textsTest(column, text => text !== low);
  throw new FilterError(`Texts are compared with =, !=, LIKE, ILIKE, IN or BETWEEN, not with ${clause.op}.`);
}

const COMPARE: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b
};

function textsTest(column: Column, matches: (text: string) => boolean): Test {
  const { codes, texts } = column;
  if (!codes) throw new FilterError(`${column.name} is compared with numbers.`);
  const hits = Uint8Array.from(texts, text => (matches(text) ? 1 : 0));
  return row => hits[codes[row] ?? -1] === 1;
}

function asNumber(value: Value, column: Column): number {
  if (typeof value === 'number') return value;
  if (column.type === 'time' && DATE.test(value)) {
    const iso = value.replace(' ', 'T').replace(',', '.');
    const time = Date.parse(/T/.test(iso) && !/(?:Z|[+-]\d{2}:?\d{2})$/.test(iso) ? `${iso}Z` : iso);
    if (!Number.isNaN(time)) return time;
  }
  const number = column.kind === 'param' ? toNumber(value) : null;
  if (number === null)
    throw new FilterError(`${column.name} is compared with numbers${column.type === 'time' ? ' or dates' : ''}.`);
  return number;
}

/** `%` is any text, `_` any one character. Not by a regular expression: those of a bad pattern take for ever. */
function likeMatcher(pattern: string, folding: boolean): (text: string) => boolean {
  const fold = (text: string) => Array.from(folding ? text.toLowerCase() : text);
  const wanted = fold(pattern);
  return text => like(fold(text), wanted);
}

function like(text: readonly string[], pattern: readonly string[]): boolean {
  let [at, p, any, from] = [0, 0, -1, 0];
  while (at < text.length) {
    if (pattern[p] === '%') {
      any = p++;
      from = at;
    } else if (p < pattern.length && (pattern[p] === '_' || pattern[p] === text[at])) {
      p++;
      at++;
    } else if (any >= 0) {
      // The last `%` takes one character more.
      p = any + 1;
      at = ++from;
    } else return false;
  }
  while (pattern[p] === '%') p++;
  return p === pattern.length;
}

function find({ word, name }: Key, table: Table): Column {
  const prefix = word === null || !Object.hasOwn(WORDS, word) ? undefined : WORDS[word];
  const isAttribute = word === null || ['attributes', 'attribute', 'attr', 'run'].includes(word);
  const attribute = isAttribute && Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name] : undefined;
  const column = table.byId.get(prefix === undefined ? (attribute ?? '') : `${prefix}.${name}`);
  if (!column) throw new FilterError(`This table has no column ${word === null ? name : `${word}.${name}`}.`);
  return column;
}
