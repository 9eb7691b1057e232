/** Which columns tell the runs apart, which value of a metric is the best, how a column's numbers are written. */

import { number, writer } from '../parts/format';
import type { Column } from './read';

export type Variation = 'absent' | 'differs' | 'same';

const SAMPLE = 300;

/** Tells whether a column is the same in all rows. Rows with a value differ from rows without. */
export function variation(column: Column): Variation {
  const { codes, numbers, nans, length } = column;
  if (codes) {
    const first = codes[0] ?? -1;
    for (let row = 1; row < length; row++) if (codes[row] !== first) return 'differs';
    return first < 0 ? 'absent' : 'same';
  }
  if (!numbers || !length) return 'absent';
  if (nans) return nans.size === length ? 'same' : 'differs';
  const first = numbers[0] ?? Number.NaN;
  if (Number.isNaN(first)) {
    for (let row = 1; row < length; row++) if (!Number.isNaN(numbers[row])) return 'differs';
    return 'absent';
  }
  for (let row = 1; row < length; row++) if (numbers[row] !== first) return 'differs';
  return 'same';
}

/** How many rows have a value. */
export function known(column: Column): number {
  const { codes, numbers, nans, length } = column;
  let n = nans?.size ?? 0;
  if (codes) for (let row = 0; row < length; row++) n += (codes[row] ?? -1) >= 0 ? 1 : 0;
  else if (numbers) for (let row = 0; row < length; row++) n += Number.isNaN(numbers[row]) ? 0 : 1;
  return n;
}

/** The best of a metric's values in some rows; null where there are not two that differ, or none is better. */
export function bestValue(column: Column, rows: ArrayLike<number>): number | null {
  const { numbers, best } = column;
  if (!numbers || !best) return null;
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < rows.length; i++) {
    const value = numbers[rows[i] ?? -1] ?? Number.NaN;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return least < most ? (best === 'min' ? least : most) : null;
}

/** Makes what writes a column's numbers, from some that are spread over it: all of them may be 100,000. */
export function columnWriter(column: Column): (value: number) => string {
  const { numbers } = column;
  if (!numbers) return number;
  const sample: number[] = [];
  const step = Math.max(1, Math.floor(numbers.length / SAMPLE));
  for (let row = 0; row < numbers.length; row += step) {
    const value = numbers[row] ?? Number.NaN;
    if (Number.isFinite(value)) sample.push(value);
  }
  return writer(sample);
}
