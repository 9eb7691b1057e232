/** The course of a metric, as it comes from Python: lists in a notebook, typed arrays from a kernel. */

import { finite } from '../given';

export interface Series {
  /** How many points were logged; those here may be fewer. */
  readonly n: number;
  readonly step: readonly number[];
  /** Milliseconds since the run's start. */
  readonly time: readonly number[];
  /** Null for what is not finite. */
  readonly value: readonly (number | null)[];
}

export type Axis = 'step' | 'time';

/** Reads a series; null for what is none. */
export function readSeries(found: unknown): Series | null {
  if (typeof found !== 'object' || found === null) return null;
  const { n, step, time, value } = found as Record<string, unknown>;
  const steps = listed(step);
  const times = listed(time);
  const values = listed(value);
  const length = Math.min(steps.length, times.length, values.length);
  if (!length) return null;
  return {
    n: typeof n === 'number' ? n : length,
    step: steps.slice(0, length).map(each => finite(each) ?? 0),
    time: times.slice(0, length).map(each => finite(each) ?? 0),
    value: values.slice(0, length).map(finite)
  };
}

/** Reads a number, or one of those that JSON cannot say; null for what is none. */
export function readNumber(found: unknown): number | null {
  if (typeof found === 'number') return found;
  if (found === 'NaN') return Number.NaN;
  if (found === 'Infinity') return Number.POSITIVE_INFINITY;
  return found === '-Infinity' ? Number.NEGATIVE_INFINITY : null;
}

function listed(found: unknown): readonly unknown[] {
  if (Array.isArray(found)) return found;
  return ArrayBuffer.isView(found) && !(found instanceof DataView)
    ? Array.from(found as unknown as ArrayLike<unknown>, Number)
    : [];
}
