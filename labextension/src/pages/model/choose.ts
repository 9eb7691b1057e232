/** Which metrics stand in the table of versions, and which versions are compared: pure. */

import type { Version } from '../../api/types';

const MOST_METRICS = 4;

/** The metrics that most versions have, at most a few; as often as each other in the order of their names. */
export function mainMetrics(versions: readonly Pick<Version, 'metrics'>[]): string[] {
  const times = new Map<string, number>();
  for (const { metrics } of versions) {
    for (const key of Object.keys(metrics)) {
      if (!key.startsWith('system/')) times.set(key, (times.get(key) ?? 0) + 1);
    }
  }
  return [...times]
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .slice(0, MOST_METRICS)
    .map(([key]) => key);
}

/** Two versions at most are chosen: a third takes the place of the one that was chosen first. */
export function toggled(chosen: readonly number[], version: number): number[] {
  if (chosen.includes(version)) return chosen.filter(each => each !== version);
  return [...chosen, version].slice(-2);
}
