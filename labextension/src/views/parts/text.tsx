/** Somebody's text, shown so that it stays text: unseen characters written out, cut where long, its direction its own. */

// Controls of C0 and C1, line separators, and what turns the writing direction of all that follows.
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is what it is for
  /[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
// Marks piled on one letter cover the lines above and below it; no language needs more than four.
const MARK = '[\\u0300-\\u036f\\u0483-\\u0489\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\ufe20-\\ufe2f]';
const PILED = new RegExp(`(${MARK}{4})${MARK}+`, 'g');
const PLAIN = /^[\x20-\x7e]*$/;
const TIP_LENGTH = 500;

/** The most characters of a column's name and of a value that a table shows. */
export const HEAD_LENGTH = 28;
export const VALUE_LENGTH = 40;

/** Writes out the characters that cannot be seen or that turn what follows: `\u202e`, `\x1b`; a line end is `↵`. */
export function visible(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .replace(PILED, '$1')
    .replace(/\r\n|\r|\n/g, '↵')
    .replace(/\t/g, ' ')
    .replace(UNSEEN, writtenOut);
}

/** Cuts a text to at most `limit` characters, in the middle: the ends of names tell them apart. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const tail = Math.floor((limit - 1) / 3);
  const end = limit - 1 - tail;
  const start = text.length - tail;
  // Never through the middle of an emoji.
  return `${text.slice(0, isTail(text, end) ? end - 1 : end)}…${text.slice(isTail(text, start) ? start + 1 : start)}`;
}

/** What a tool tip shows of a text. */
export function tip(text: string): string {
  return cut(visible(text), TIP_LENGTH);
}

/** Somebody's text in place; `limit` is the most characters shown, the rest is in the tool tip. */
export function UserText({ text, limit, title }: { text: string; limit?: number; title?: string }) {
  const whole = visible(limit === undefined ? text : text.slice(0, limit * 8 + TIP_LENGTH));
  const shown = limit === undefined ? whole : cut(whole, limit);
  return (
    <bdi title={title !== undefined ? tip(title) : shown !== whole ? cut(whole, TIP_LENGTH) : undefined}>{shown}</bdi>
  );
}

/** The address if it is one that a link may have, else undefined: only http and https. */
export function safeUrl(text: string): string | undefined {
  try {
    const url = new URL(text);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined;
  } catch {
    return undefined;
  }
}

function writtenOut(found: string): string {
  const code = found.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

function isTail(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff;
}
