import { describe, expect, it } from 'vitest';
import { addressOf, keyOf, type Place, placeOf } from '../../src/pages/routes';

const STORE = '0123456789abcdef';
const RUN = 'a'.repeat(32);
const OTHER = 'b'.repeat(32);

const PLACES: Place[] = [
  { page: 'start' },
  { page: 'experiment', store: STORE, experiment_id: '0' },
  { page: 'experiment', store: STORE, experiment_id: '12', filter: 'metrics.loss < 0.5 AND tags.x = "a/b#?&"' },
  { page: 'run', store: STORE, run_id: RUN },
  { page: 'compare', store: STORE, run_ids: [RUN, OTHER] },
  { page: 'model', store: STORE, name: 'wine' },
  { page: 'model', store: STORE, name: 'a model, 100 % "good" – ü' },
  { page: 'version', store: STORE, name: 'wine', version: 12 }
];

describe('addresses', () => {
  it.each(PLACES)('lead back to where they are from: $page', place => {
    expect(placeOf(addressOf(place))).toEqual(place);
  });

  it.each([
    '#/nonsense',
    '#/../../etc/passwd',
    `#/${STORE}`,
    `#/${STORE}/runs/`,
    `#/${STORE}/runs/${RUN.slice(1)}`,
    `#/${STORE}/runs/${RUN}/more`,
    `#/${STORE}/experiments/one`,
    `#/${STORE}/compare?runs=`,
    `#/${STORE}/models/wine/0`,
    `#/${STORE}/models/wine/latest`,
    `#/${STORE}/models/%E0%A4%A`,
    `#/${'g'.repeat(16)}/models/wine`
  ])('that are none are told from those that are: %s', address => {
    expect(placeOf(address)).toBeNull();
  });

  it('leave out what is no run of a comparison, and what is there twice', () => {
    expect(placeOf(`#/${STORE}/compare?runs=${RUN},x,${RUN},${OTHER}`)).toEqual({
      page: 'compare',
      store: STORE,
      run_ids: [RUN, OTHER]
    });
  });

  it('that are empty are those of the start', () => {
    for (const address of ['', '#', '#/']) expect(placeOf(address)).toEqual({ page: 'start' });
  });

  it('are of one tab whatever is filtered', () => {
    const [, plain] = PLACES;
    expect(keyOf({ ...(plain as Place & { page: 'experiment' }), filter: 'params.lr > 1' })).toBe(
      keyOf(plain as Place)
    );
  });
});
