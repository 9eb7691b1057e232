/** Scales of an axis: from values to places, and the ticks that read well. */

export interface Scale {
  /** 0 to 1 along the axis; null for what has no place on it: zero on a logarithmic one. */
  place(value: number): number | null;
  /** The value at a place. */
  value(place: number): number;
  readonly ticks: readonly number[];
}

const MOST_TICKS = 20;

/** A scale from `low` to `high`, with about `count` ticks. A logarithmic one is linear where it cannot be. */
export function scale(low: number, high: number, log: boolean, count: number): Scale {
  if (log && low > 0 && high > low) return logarithmic(low, high, count);
  return linear(low, high, count);
}

function linear(low: number, high: number, count: number): Scale {
  if (low === high) {
    const half = Math.abs(low) / 2 || 0.5;
    return {
      place: value => (value - low + half) / (2 * half),
      value: place => low - half + place * 2 * half,
      ticks: [low]
    };
  }
  const span = high - low;
  let ticks: number[] = [];
  // One number alone tells nothing of an axis.
  for (let wanted = count; ticks.length < 2 && wanted < count + 4; wanted++)
    ticks = ticksOf(low, high, niceStep(span / wanted));
  return { place: value => (value - low) / span, value: place => low + place * span, ticks };
}

function ticksOf(low: number, high: number, step: number): number[] {
  const ticks: number[] = [];
  for (let at = Math.ceil(low / step - 1e-9); at * step <= high + step * 1e-9 && ticks.length < MOST_TICKS; at++) {
    ticks.push(round(at * step, step));
  }
  return ticks;
}

function logarithmic(low: number, high: number, count: number): Scale {
  const start = Math.log10(low);
  const span = Math.log10(high) - start;
  const every = Math.max(1, Math.ceil(span / count));
  const ticks: number[] = [];
  for (let at = Math.ceil(start - 1e-9); at <= start + span + 1e-9; at += every) ticks.push(10 ** at);
  const within = linear(low, high, count).ticks.filter(tick => tick > 0);
  return {
    place: value => (value > 0 ? (Math.log10(value) - start) / span : null),
    value: place => 10 ** (start + place * span),
    // Less than a power of ten has no two of them.
    ticks: ticks.length > 1 ? ticks : within
  };
}

/** 1, 2 or 5 times a power of ten, not less than what is asked. */
function niceStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const digit = [1, 2, 5, 10].find(each => each * power >= least * (1 - 1e-9)) ?? 10;
  return digit * power || Number.MIN_VALUE;
}

/** Takes off what binary arithmetic leaves: 0.30000000000000004. */
function round(value: number, step: number): number {
  const decimals = Math.min(Math.max(0, -Math.floor(Math.log10(step)) + 1), 100);
  return Number(value.toFixed(decimals)) || (Math.abs(value) < step / 2 ? 0 : value);
}
