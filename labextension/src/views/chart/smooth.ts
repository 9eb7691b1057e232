/** Smoothing a series: an exponential moving average that is right from its first point on. */

/**
 * Averages each value with those before it.
 *
 * `weight` is that of the past, 0 (none) to below 1. The mean is debiased, so that the first values are not drawn to
 * zero; what is missing stays missing and is passed over.
 */
export function smoothed(values: readonly (number | null)[], weight: number): (number | null)[] {
  if (weight <= 0) return [...values];
  let mean = 0;
  let known = 0;
  return values.map(value => {
    if (value === null) return null;
    mean = mean * weight + value * (1 - weight);
    known = known * weight + (1 - weight);
    return mean / known;
  });
}
