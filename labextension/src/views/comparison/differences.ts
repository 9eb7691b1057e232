/** What differs: between runs, and from the baseline; in numbers, and within long texts. */

import type { Cell, Column } from '../columns';
import { number } from '../parts/format';

export type Way = 'better' | 'worse' | 'same' | 'other';

/** A change against the baseline, in words. */
export interface Change {
  readonly text: string;
  readonly way: Way;
}

/** Tells whether two values are the same; NaN is the same as NaN. */
export function isSame(a: Cell, b: Cell): boolean {
  return Object.is(a, b) || a === b;
}

/** Says how a number differs from the baseline's: `+0.02 (+2.1 %)`; null where there is nothing to say. */
export function changeOf(value: Cell, base: Cell, best: Column['best']): Change | null {
  if (typeof value !== 'number' || typeof base !== 'number') return null;
  const change = value - base;
  if (!Number.isFinite(change)) return null;
  if (change === 0) return { text: '±0', way: 'same' };
  const way = best === null ? 'other' : change > 0 === (best === 'max') ? 'better' : 'worse';
  const share = base === 0 ? Number.POSITIVE_INFINITY : (change / Math.abs(base)) * 100;
  const percent = Number.isFinite(share) ? ` (${signed(share)} %)` : '';
  return { text: `${signed(change)}${percent}`, way };
}

/** The best of a metric's values, where one is better than another. */
export function bestOf(values: readonly Cell[], best: Column['best']): number | null {
  if (best === null) return null;
  const known = values.filter(value => typeof value === 'number' && !Number.isNaN(value)) as number[];
  if (!known.length) return null;
  const least = known.reduce((a, b) => Math.min(a, b));
  const most = known.reduce((a, b) => Math.max(a, b));
  if (least === most) return null;
  return best === 'min' ? least : most;
}

/** A piece of a text, and whether it is other than the baseline's. */
export interface Piece {
  readonly text: string;
  readonly differs: boolean;
}

const CONTEXT = 14;
const WORD = /[\p{L}\p{N}_]/u;

/** Parts a text into what it shares with the baseline's at both ends, and what lies between, with a little around it. */
export function pieces(text: string, base: string, limit: number): Piece[] {
  if (text === base) return [{ text: shortened(text, limit), differs: false }];
  let start = 0;
  const shorter = Math.min(text.length, base.length);
  while (start < shorter && text[start] === base[start]) start++;
  let end = 0;
  while (end < shorter - start && text[text.length - 1 - end] === base[base.length - 1 - end]) end++;
  // Whole words: of `adam` and `adamw` all of both.
  while (start > 0 && WORD.test(text[start - 1] ?? '') && touches(text, base, start)) start--;
  while (end > 0 && WORD.test(text[text.length - end] ?? '') && touchesEnd(text, base, end)) end--;
  const head = text.slice(0, start);
  const middle = text.slice(start, text.length - end);
  const tail = text.slice(text.length - end);
  const room = head.length + middle.length + tail.length > limit;
  return [
    { text: room && head.length > CONTEXT + 1 ? `…${head.slice(-CONTEXT)}` : head, differs: false },
    { text: shortened(middle, limit), differs: true },
    { text: room && tail.length > CONTEXT + 1 ? `${tail.slice(0, CONTEXT)}…` : tail, differs: false }
  ].filter(piece => piece.text !== '');
}

function touches(text: string, base: string, start: number): boolean {
  return WORD.test(text[start] ?? '') || WORD.test(base[start] ?? '');
}

function touchesEnd(text: string, base: string, end: number): boolean {
  return WORD.test(text[text.length - end - 1] ?? '') || WORD.test(base[base.length - end - 1] ?? '');
}

function shortened(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}

function signed(value: number): string {
  const size = Math.abs(value);
  const text = number(Number(size.toPrecision(3)));
  return `${value < 0 ? '−' : '+'}${text}`;
}
