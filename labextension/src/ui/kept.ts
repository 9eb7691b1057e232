/** What is kept over a reload: in the browser, for each server by itself. */

import type { StateStore } from '../shell';

const PREFIX = 'nbflow:';

/** Keeps values in a storage of the browser; where that is full or forbidden, until the page is left. */
export class Storing implements StateStore {
  private readonly values = new Map<string, unknown>();

  constructor(
    private readonly storage: Pick<Storage, 'getItem' | 'setItem'> | null,
    /** What tells one server's values from another's on the same host. */
    private readonly of: string
  ) {}

  get(key: string): unknown {
    if (!this.values.has(key)) this.values.set(key, this.read(key));
    return this.values.get(key);
  }

  set(key: string, value: unknown): void {
    this.values.set(key, value);
    try {
      this.storage?.setItem(this.nameOf(key), JSON.stringify(value));
    } catch {
      // It is kept until the page is left.
    }
  }

  private read(key: string): unknown {
    try {
      return JSON.parse(this.storage?.getItem(this.nameOf(key)) ?? 'null');
    } catch {
      return null; // not JSON: not ours
    }
  }

  private nameOf(key: string): string {
    return `${PREFIX}${this.of}:${key}`;
  }
}

/** The browser's storage; null where there is none for this page. */
export function browserStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}
