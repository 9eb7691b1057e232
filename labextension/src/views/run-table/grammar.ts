/**
 * The package's search grammar (`nbflow/search/grammar.lark`), read in the browser: a filter works while the kernel
 * trains, and tomorrow without one. What it cannot tell from the table, Python is asked.
 */

/** What a filter says. */
export type Node =
  | { readonly is: 'and' | 'or'; readonly parts: readonly Node[] }
  | { readonly is: 'not'; readonly part: Node }
  | { readonly is: 'compare'; readonly key: Key; readonly op: string; readonly value: Value }
  | { readonly is: 'in'; readonly key: Key; readonly values: readonly Value[]; readonly negated: boolean }
  | { readonly is: 'between'; readonly key: Key; readonly values: readonly Value[]; readonly negated: boolean }
  | {
      readonly is: 'like';
      readonly key: Key;
      readonly pattern: string;
      readonly folding: boolean;
      readonly negated: boolean;
    }
  | { readonly is: 'null'; readonly key: Key; readonly negated: boolean };

/** What a clause is about: a word (`metrics`; null for an attribute) and a name. */
export interface Key {
  readonly word: string | null;
  readonly name: string;
}

export type Value = number | string;

/** A filter that is no filter, or not yet. */
export class FilterError extends Error {}

export interface Token {
  readonly type: 'key' | 'number' | 'text' | 'double' | 'op' | 'word' | '(' | ')' | ',' | 'end';
  readonly text: string;
}

const END = String.raw`(?=$|[\s'"\`(),;=<>!~&|^])`;
const QUOTED = String.raw`'[^']*'|"[^"]*"|\`[^\`]*\``;
const BARE = String.raw`[^\s'"\`(),;=<>!~&|^]+`;
const TOKENS: readonly (readonly [Token['type'], RegExp])[] = [
  ['word', new RegExp(`(?:not|or|and|i?like|in|between|is|null)${END}`, 'iy')],
  ['number', new RegExp(String.raw`[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?${END}`, 'iy')],
  [
    'key',
    new RegExp(
      String.raw`(?:[^\s'"\`(),;=<>!~&|^.]+|\`[^\`]*\`|"[^"]*")\.(?:${QUOTED})|(?:\`[^\`]*\`|"[^"]*")\.${BARE}`,
      'y'
    )
  ],
  ['key', new RegExp(BARE, 'y')],
  ['key', /`[^`]*`/y],
  ['double', /"[^"]*"/y],
  ['text', /'[^']*'/y],
  ['op', /(?:[<>!]=|[<>=])(?![=<>!~&|^])/y],
  ['(', /\(/y],
  [')', /\)/y],
  [',', /,/y]
];
const DEEPEST = 100;

/** Whether a text is meant as a filter; else it is words to look for. */
export function isFilter(text: string): boolean {
  return /[=<>!]|\s(?:i?like|in|between|is)\s/i.test(text);
}

/** Reads a filter; throws a FilterError that says where it goes wrong. */
export function parseFilter(text: string): Node {
  const parser = new Parser(tokens(text));
  const node = parser.or(0);
  parser.take('end', 'AND, OR or the end');
  return node;
}

/** Cuts a filter into its words; the last is its end. Throws a FilterError where that cannot be. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  for (let at = 0; at < text.length; ) {
    if (/\s/.test(text[at] ?? '')) {
      at++;
      continue;
    }
    const token = tokenAt(text, at);
    if (!token) throw new FilterError(wrongAt(text, at));
    found.push(token);
    at += token.text.length;
  }
  found.push({ type: 'end', text: '' });
  return found;
}

function tokenAt(text: string, at: number): Token | null {
  for (const [type, pattern] of TOKENS) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) return { type, text: match[0] };
  }
  return null;
}

function wrongAt(text: string, at: number): string {
  const rest = text.slice(at, at + 20);
  return /^['"`]/.test(rest) ? `The quote at ${rest} is not closed.` : `A filter cannot have ${rest} there.`;
}

class Parser {
  private at = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  or(depth: number): Node {
    return this.joined('or', () => this.joined('and', () => this.not(depth)));
  }

  take(type: Token['type'], wanted: string): Token {
    const token = this.next;
    if (token.type !== type) throw new FilterError(`Expected ${wanted}${this.found()}.`);
    this.at++;
    return token;
  }

  private get next(): Token {
    return this.tokens[this.at] ?? { type: 'end', text: '' };
  }

  private found(): string {
    return this.next.type === 'end' ? ' at the end' : `, found ${this.next.text}`;
  }

  private joined(is: 'and' | 'or', read: () => Node): Node {
    const parts = [read()];
    while (this.word(is)) parts.push(read());
    const [only] = parts;
    return parts.length === 1 && only ? only : { is, parts };
  }

  private word(word: string): boolean {
    if (this.next.type !== 'word' || this.next.text.toLowerCase() !== word) return false;
    this.at++;
    return true;
  }

  private skips(type: Token['type']): boolean {
    if (this.next.type !== type) return false;
    this.at++;
    return true;
  }

  private not(depth: number): Node {
    if (depth > DEEPEST) throw new FilterError('This filter is nested too deeply.');
    if (this.word('not')) return { is: 'not', part: this.not(depth + 1) };
    if (this.skips('(')) {
      const node = this.or(depth + 1);
      this.take(')', 'a closing bracket');
      return node;
    }
    return this.clause();
  }

  private clause(): Node {
    const token = this.next;
    if (token.type !== 'key' && token.type !== 'double') {
      throw new FilterError(`Expected a name such as metrics.loss${this.found()}.`);
    }
    this.at++;
    const key = readKey(token);
    if (this.next.type === 'op') {
      const op = this.take('op', 'a comparison').text;
      return { is: 'compare', key, op, value: this.value() };
    }
    if (this.word('is')) {
      const negated = this.word('not');
      if (!this.word('null')) throw new FilterError(`Expected NULL${this.found()}.`);
      return { is: 'null', key, negated };
    }
    const negated = this.word('not');
    for (const folding of [false, true]) {
      if (!this.word(folding ? 'ilike' : 'like')) continue;
      const pattern = this.value();
      if (typeof pattern !== 'string') throw new FilterError("Expected a pattern in quotes, such as 'a%'.");
      return { is: 'like', key, pattern, folding, negated };
    }
    if (this.word('in')) return { is: 'in', key, values: this.list(), negated };
    if (this.word('between')) {
      const low = this.value();
      if (!this.word('and')) throw new FilterError(`Expected AND${this.found()}.`);
      return { is: 'between', key, values: [low, this.value()], negated };
    }
    throw new FilterError(`Expected a comparison such as = or <${this.found()}.`);
  }

  private list(): Value[] {
    this.take('(', 'an opening bracket');
    const values = [this.value()];
    while (this.skips(',') && this.next.type !== ')') values.push(this.value());
    this.take(')', 'a comma or a closing bracket');
    return values;
  }

  private value(): Value {
    const { type, text } = this.next;
    if (type !== 'number' && type !== 'text' && type !== 'double') {
      throw new FilterError(`Expected a number, or a text in quotes${this.found()}.`);
    }
    this.at++;
    return type === 'number' ? Number(text) : text.slice(1, -1);
  }
}

function readKey({ text }: Token): Key {
  const quoted = /^[`"]/.test(text);
  const end = quoted ? text.indexOf(text[0] ?? '', 1) : text.indexOf('.');
  if (quoted && end === text.length - 1) return splitKey(text.slice(1, -1));
  if (!quoted && end < 0) return { word: null, name: text };
  const word = quoted ? text.slice(1, end) : text.slice(0, end);
  const name = text.slice(quoted ? end + 2 : end + 1);
  return { word, name: /^[`"']/.test(name) ? name.slice(1, -1) : name };
}

function splitKey(text: string): Key {
  const dot = text.indexOf('.');
  return dot < 0 ? { word: null, name: text } : { word: text.slice(0, dot), name: text.slice(dot + 1) };
}
