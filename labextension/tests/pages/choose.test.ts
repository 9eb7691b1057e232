import { describe, expect, it } from 'vitest';
import { mainMetrics, toggled } from '../../src/pages/model/choose';

describe('the table of versions', () => {
  it('has the metrics that most versions have, without those of the machine', () => {
    const all: Record<string, number>[] = [
      { loss: 1, accuracy: 2, rare: 3, 'system/cpu': 4 },
      { loss: 1, accuracy: 2, f1: 3, 'system/cpu': 4 },
      { loss: 1, auc: 2, f1: 3, 'system/cpu': 4 }
    ];
    expect(mainMetrics(all.map(metrics => ({ metrics })))).toEqual(['loss', 'accuracy', 'f1', 'auc']);
  });

  it('has two versions chosen at most, those that were chosen last', () => {
    expect(toggled([], 3)).toEqual([3]);
    expect(toggled([3], 1)).toEqual([3, 1]);
    expect(toggled([3, 1], 2)).toEqual([1, 2]);
    expect(toggled([1, 2], 1)).toEqual([2]);
  });
});
