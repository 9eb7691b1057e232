/** What the user arranged in views, kept over a reload: of each kind of view those that were arranged last. */

import type { StateStore } from '../shell';
import { isRecord, list } from '../views/given';

const MOST = 30; // of one kind
const MOST_ITEMS = 1_000; // of one list: ten thousand runs selected are no arrangement

/** One view's arrangement. */
export class Kept<State extends object> {
  /**
   * @param kind of the view
   * @param of what it is the view of
   */
  constructor(
    private readonly store: StateStore | undefined,
    private readonly kind: string,
    private readonly of: string
  ) {}

  /** Gives what was kept; null where nothing was. */
  get(): State | null {
    const found = this.entries().find(([of]) => of === this.of)?.[1];
    return isRecord(found) ? (found as State) : null;
  }

  set(state: State): void {
    if (!this.store) return;
    const others = this.entries().filter(([of]) => of !== this.of);
    const small = Object.entries(state).filter(([, value]) => !Array.isArray(value) || value.length <= MOST_ITEMS);
    this.store.set(this.key, [[this.of, Object.fromEntries(small)], ...others.slice(0, MOST - 1)]);
  }

  private get key(): string {
    return `views.${this.kind}`;
  }

  private entries(): (readonly [unknown, unknown])[] {
    return list(this.store?.get(this.key)).map(entry => [list(entry)[0], list(entry)[1]] as const);
  }
}
