/** A long list that is asked for page by page, as far as it is looked at, and kept up to date. */

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
  /** How many there are on all pages, where that is known. */
  readonly found?: number | undefined;
}

/** How many there are; `exact`: no more than these. */
export interface Total {
  readonly n: number;
  readonly exact: boolean;
}

/** Asks for a page: the first one where there is no token. */
export type LoadPage<Item> = (token: string | null, size: number, signal: AbortSignal) => Promise<Page<Item>>;

export const PAGE_SIZE = 200;
// Where much is looked at, reading it anew takes long: the server has other things to do in between.
const REST = 5;
const LONGEST_REST_MS = 60_000;
const LARGEST = 1000; // of one question: who jumps to the end waits for few of them

interface Read<Item> {
  readonly items: readonly Item[];
  /** The part that is read from next, and where in it. */
  readonly part: number;
  readonly token: string | null;
  /** How many there are in this part and those before it; null where nobody said. */
  readonly found: number | null;
  /** How many there are in those before it. */
  readonly before: number | null;
}

const NOTHING: Read<never> = { items: [], part: 0, token: null, found: 0, before: 0 };

/** A list of one or more parts, one after the other. */
export class Pages<Item> {
  /** Why there is nothing new; null while all is well. */
  error: unknown = null;
  /** Whether anything was answered yet. */
  loaded = false;
  private read: Read<Item> = NOTHING;
  private wanted = PAGE_SIZE;
  private stale = false;
  private working = false;
  /** Until when it is not read anew. */
  private rests = 0;

  constructor(
    private readonly parts: readonly LoadPage<Item>[],
    private readonly signal: AbortSignal,
    private readonly changed: () => void
  ) {}

  /** What is there, from the first on. */
  get items(): readonly Item[] {
    return this.read.items;
  }

  get more(): boolean {
    return this.read.part < this.parts.length;
  }

  /** How many there are, as far as it is known: one more at least where nobody said it and not all are read. */
  get total(): Total {
    const { length } = this.items;
    if (!this.more) return { n: length, exact: true };
    const { found, token, part } = this.read;
    const exact = found !== null && found > length && token !== null && part === this.parts.length - 1;
    return { n: Math.max(found ?? 0, length + 1), exact };
  }

  /** Sees to it that the first `end` are there. */
  want(end: number): void {
    this.wanted = Math.max(PAGE_SIZE, Math.ceil(end / PAGE_SIZE) * PAGE_SIZE);
    // What failed is asked for again when somebody says so, or something changed.
    if (this.error === null) void this.work();
  }

  /** Asks again for as much as is looked at; until that came, what is there stays. */
  refresh(): void {
    this.stale = true;
    void this.work();
  }

  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    try {
      while (!this.signal.aborted && (this.stale || (this.more && this.items.length < this.wanted))) {
        if (this.stale) await this.again();
        else this.read = await this.next(this.read);
        if (this.signal.aborted) return;
        this.error = null;
        this.loaded = true;
        this.changed();
      }
    } catch (error) {
      if (this.signal.aborted) return;
      this.stale = false;
      this.error = error;
      this.changed();
    } finally {
      this.working = false;
    }
  }

  private async again(): Promise<void> {
    const pause = this.rests - Date.now();
    if (pause > 0) await new Promise(resolve => setTimeout(resolve, pause));
    if (this.signal.aborted) return;
    this.stale = false;
    const began = Date.now();
    let fresh: Read<Item> = NOTHING;
    do fresh = await this.next(fresh);
    while (!this.stale && fresh.part < this.parts.length && fresh.items.length < this.wanted);
    this.read = fresh;
    const now = Date.now();
    this.rests = now + Math.min(REST * (now - began), LONGEST_REST_MS);
  }

  private async next(from: Read<Item>): Promise<Read<Item>> {
    const load = this.parts[from.part];
    if (!load) return from;
    const size = Math.min(Math.max(this.wanted - from.items.length, PAGE_SIZE), LARGEST);
    const { items, next, found } = await load(from.token, size, this.signal);
    // A token that leads nowhere would be asked for for ever.
    const ends = next === null || !items.length;
    const inAll = found === undefined || from.before === null ? null : from.before + found;
    return {
      items: [...from.items, ...items],
      part: ends ? from.part + 1 : from.part,
      token: ends ? null : next,
      found: inAll,
      before: ends ? inAll : from.before
    };
  }
}
