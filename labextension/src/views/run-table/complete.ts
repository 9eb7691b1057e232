/** What may stand where somebody types in a filter: pure. */

import type { Completion, Suggestion } from '../parts/filter-field';
import { type Token, tokens } from './grammar';

/** What there is to filter by. Attributes have the names that a filter has for them. */
export interface Known {
  readonly attributes: readonly string[];
  readonly metrics: readonly string[];
  readonly params: readonly string[];
  readonly tags: readonly string[];
}

/** The attributes of runs that a filter may name. */
export const RUN_ATTRIBUTES: readonly string[] = [
  'run_name',
  'status',
  'start_time',
  'end_time',
  'duration',
  'user_id',
  'run_id'
];

const MOST = 30;
const BARE = /^[\w.\-/:]+$/;
const TYPED = /[^\s'"`(),;=<>!~&|^]*$/;
const WORD_AND_DOT = /[^\s'"`(),;=<>!~&|^]*\.$/;
const REST = /^[^\s'"`(),;=<>!~&|^]*`?/;
const STATUSES = ['RUNNING', 'FINISHED', 'FAILED', 'KILLED', 'SCHEDULED'];
const COMPARISONS = ['=', '!=', '<', '<=', '>', '>='];
const WORDS = ['LIKE', 'ILIKE', 'IN (', 'BETWEEN', 'IS NULL', 'IS NOT NULL'];
const MATCHES = ['LIKE', 'IN (', 'BETWEEN'];
const NONE: readonly Suggestion[] = [];

/** Writes a key as a filter has it: ``metrics.loss``, ``params.`batch size` ``; null for a name with every quote. */
export function keyText(word: string, name: string): string | null {
  if (BARE.test(name)) return `${word}.${name}`;
  const quote = ['`', '"', "'"].find(each => !name.includes(each));
  return quote && name ? `${word}.${quote}${name}${quote}` : null;
}

/** Says what may stand at the caret, and what of the text it would replace. */
export function complete(text: string, caret: number, known: Known): Completion {
  const before = text.slice(0, caret);
  const partial = partialOf(before);
  const from = caret - partial.length;
  const to = caret + (partial.startsWith("'") ? 0 : (REST.exec(text.slice(caret))?.[0].length ?? 0));
  const offered = offer(before.slice(0, from), known);
  return { from, to, suggestions: matching(offered, partial) };
}

/** What is typed of a key, an operator or a value: up to a quote that is still open, with the word before it. */
function partialOf(before: string): string {
  let open = -1;
  for (let at = 0; at < before.length; at++) {
    const character = before[at] ?? '';
    if (open >= 0 ? character === before[open] : /['"`]/.test(character)) open = open >= 0 ? -1 : at;
  }
  if (open < 0) return TYPED.exec(before)?.[0] ?? '';
  const word = before[open] === "'" ? '' : (WORD_AND_DOT.exec(before.slice(0, open))?.[0] ?? '');
  return word + before.slice(open);
}

function offer(before: string, known: Known): readonly Suggestion[] {
  let read: Token[];
  try {
    read = tokens(before).slice(0, -1);
  } catch {
    return NONE; // within a quote, or where nothing can be right
  }
  const last = read.at(-1);
  const previous = read.at(-2);
  if (!last) return keys(known);
  const word = last.text.toLowerCase();
  if (last.type === 'key' || (last.type === 'double' && !isValue(previous))) {
    return said([...COMPARISONS, ...WORDS], 'comparison');
  }
  if (last.type === 'op' || (last.type === 'word' && ['like', 'ilike', 'in', 'between', 'is'].includes(word))) {
    return values(previous, word);
  }
  if (last.type === 'word' && word === 'not') {
    return previous?.type === 'key' ? said(MATCHES, 'comparison') : keys(known);
  }
  if (last.type === '(' || last.type === ',') {
    const list = read.filter(token => token.type === 'key').at(-1);
    const inList = isWord(previous, 'in') || last.type === ',';
    return inList ? values(list, 'in') : keys(known);
  }
  if (last.type === 'word' && (word === 'and' || word === 'or')) {
    const between = isWord(read.at(-3), 'between');
    return between ? NONE : keys(known);
  }
  return said(['AND', 'OR'], 'joins');
}

function values(key: Token | undefined, word: string): readonly Suggestion[] {
  if (word === 'is') return said(['NULL', 'NOT NULL'], 'comparison');
  const name = key?.text.replace(/^(?:attributes?|attr|run)\./, '');
  return name === 'status'
    ? said(
        STATUSES.map(status => `'${status}'`),
        'status'
      )
    : NONE;
}

function keys(known: Known): readonly Suggestion[] {
  const named = (names: readonly string[], word: string, note: string) =>
    names.flatMap(name => {
      const text = keyText(word, name);
      return text === null ? [] : [{ text, note }];
    });
  return [
    ...named(known.metrics, 'metrics', 'metric'),
    ...named(known.params, 'params', 'param'),
    ...said(known.attributes, 'attribute'),
    ...named(
      known.tags.filter(name => !name.startsWith('mlflow.')),
      'tags',
      'tag'
    ),
    ...said(['NOT'], 'joins')
  ];
}

/** Those that begin with what is typed, or whose name does, before those that have it anywhere. */
function matching(offered: readonly Suggestion[], partial: string): readonly Suggestion[] {
  const wanted = partial.toLowerCase().replace(/^attributes?\./, '');
  const ranked: Suggestion[][] = [[], [], []];
  for (const each of offered) {
    const text = each.text.toLowerCase();
    if (text === wanted) return NONE; // all is there
    const at = text.indexOf(wanted);
    if (at < 0) continue;
    const rank = at === 0 ? 0 : text[at - 1] === '.' ? 1 : 2;
    ranked[rank]?.push(each);
  }
  return ranked.flat().slice(0, MOST);
}

function said(texts: readonly string[], note: string): Suggestion[] {
  return texts.map(text => ({ text, note }));
}

function isWord(token: Token | undefined, word: string): boolean {
  return token?.type === 'word' && token.text.toLowerCase() === word;
}

/** Whether what follows is a value: a text in double quotes is a key where one is wanted. */
function isValue(token: Token | undefined): boolean {
  if (!token) return false;
  return token.type === 'op' || token.type === ',' || ['like', 'ilike', 'between'].some(word => isWord(token, word));
}
