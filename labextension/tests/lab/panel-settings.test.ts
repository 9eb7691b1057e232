import { describe, expect, test } from 'vitest';
import { NEWEST, readRuns } from '../../src/panel/kept';

describe('what the settings say of the list of runs', () => {
  test('counts where nothing was chosen in the panel', () => {
    const read = readRuns(undefined, { metrics: ['loss', 'accuracy'], order: 'metrics.loss ASC' });

    expect(read).toMatchObject({ metrics: ['loss', 'accuracy'], sort: { key: 'metrics.loss', desc: false } });
  });

  test('gives way to what was chosen', () => {
    const kept = { metrics: [], sort: { key: 'duration', desc: true } };

    const read = readRuns(kept, { metrics: ['loss'], order: 'metrics.loss ASC' });

    expect(read).toMatchObject(kept);
  });

  test.each([
    ['start_time desc', { key: 'start_time', desc: true }],
    ['  metrics."a b"  ', { key: 'metrics."a b"', desc: false }],
    ['', NEWEST],
    [7, NEWEST],
    [undefined, NEWEST]
  ])('an order of %j is read as far as it can be', (order, sort) => {
    expect(readRuns(null, { order }).sort).toEqual(sort);
  });
});
