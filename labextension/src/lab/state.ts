/** What the user arranged, kept with the workspace: it is there again after a reload. */

import type { IStateDB } from '@jupyterlab/statedb';
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';
import type { StateStore } from '../shell';

const NAMESPACE = 'nbflow';

/** Reads from memory, and writes through. */
export class LabState implements StateStore {
  private readonly values = new Map<string, unknown>();
  private readonly offered = new Map<string, unknown>();

  private constructor(private readonly db: IStateDB | null) {}

  /** Reads what was kept. Without it, one begins anew: no reason not to begin. */
  static async load(db: IStateDB | null): Promise<LabState> {
    const state = new LabState(db);
    try {
      const { ids, values } = (await db?.list(NAMESPACE)) ?? { ids: [], values: [] };
      ids.forEach((id, i) => {
        if (id.startsWith(`${NAMESPACE}:`)) state.values.set(id.slice(NAMESPACE.length + 1), values[i]);
      });
    } catch (error) {
      console.warn('nbflow: what was arranged before cannot be read:', error);
    }
    return state;
  }

  get(key: string): unknown {
    return this.offered.get(key) ?? this.values.get(key);
  }

  set(key: string, value: unknown): void {
    const id = `${NAMESPACE}:${key}`;
    if (value === undefined) {
      this.values.delete(key);
      this.db?.remove(id).catch(complain);
      return;
    }
    this.values.set(key, value);
    this.db?.save(id, value as ReadonlyPartialJSONValue).catch(complain);
  }

  /** Shows a value under a key without keeping it: settings have a place of their own. */
  offer(key: string, value: unknown): void {
    this.offered.set(key, value);
  }
}

function complain(error: unknown): void {
  console.warn('nbflow: what was arranged cannot be kept:', error);
}
