import { describe, expect, test } from 'vitest';
import { LabState } from '../../src/lab/state';

type Db = NonNullable<Parameters<typeof LabState.load>[0]>;

/** What JupyterLab has: values by their whole name, listed by the part before the colon. */
function database(kept: Record<string, unknown> = {}) {
  const values = new Map(Object.entries(kept));
  const db = {
    list: async (namespace: string) => {
      const ids = [...values.keys()].filter(id => id.split(':')[0] === namespace);
      return { ids, values: ids.map(id => values.get(id)) };
    },
    save: async (id: string, value: unknown) => void values.set(id, value),
    remove: async (id: string) => void values.delete(id)
  };
  return { values, db: db as unknown as Db };
}

describe('what is kept with the workspace', () => {
  test('is there after a reload', async () => {
    const { db } = database();
    (await LabState.load(db)).set('panel.store', { chosen: 'a' });

    const again = await LabState.load(db);

    expect(again.get('panel.store')).toEqual({ chosen: 'a' });
  });

  test('is ours alone', async () => {
    const { db } = database({ 'nbflow:mine': 1, 'nbflow-pages:other': 2, 'other:mine': 3 });

    const state = await LabState.load(db);

    expect([state.get('mine'), state.get('other')]).toEqual([1, undefined]);
  });

  test('goes when it is taken away', async () => {
    const { db, values } = database({ 'nbflow:stars': [1] });
    const state = await LabState.load(db);

    state.set('stars', undefined);

    expect(state.get('stars')).toBeUndefined();
    expect(values.size).toBe(0);
  });

  test('begins anew where there is nowhere to keep it', async () => {
    const state = await LabState.load(null);

    state.set('key', 1);

    expect(state.get('key')).toBe(1);
  });

  test('does not take in what settings offer', async () => {
    const { db, values } = database();
    const state = await LabState.load(db);

    state.offer('settings.panel', { metrics: ['loss'] });

    expect(state.get('settings.panel')).toEqual({ metrics: ['loss'] });
    expect(values.size).toBe(0);
  });
});
