/** A view's source over the server: its data are what the server said last, its arrangement is kept over a reload. */

import type { Mode, Source, SourceError, Vega } from '../views/source';
import { ApiError } from './errors';
import type { StoreChange } from './events';
import { Kept } from './kept';
import { Looking } from './looking';
import type { StoreApi } from './store-api';

/** A source that is there before its data are. Mount its view when `loaded`. */
export interface RestSource<Data, State extends object> extends Source<Data, State> {
  /** Whether there are data; before, `data` is null, and a page says that it loads, or what the problem is. */
  readonly loaded: boolean;
  /** Why the data are not new, or not there; null while all is well. Told to who subscribed. */
  readonly problem: SourceError | null;
  /** Resolves with the first data; rejects with the first problem that does not pass by itself. */
  readonly ready: Promise<void>;
  /** Looks again, at once. */
  refresh(): Promise<void>;
  /** Ends it: nothing is asked or told any more. */
  dispose(): void;
}

/** Where a source's arrangement is kept. */
export interface SourceOptions<State extends object> {
  /** What the arrangement is kept for; by itself, what the source is of. */
  readonly key?: string;
  /** What is arranged where nothing is kept. */
  readonly state?: Partial<State>;
}

type Answers = Readonly<Record<string, (args: never, signal?: AbortSignal) => Promise<unknown>>>;

/** What makes a source one of a table, a run, … */
export interface Following<Data, State extends object> {
  readonly store: StoreApi;
  /** The kind of view. */
  readonly kind: string;
  /** What it is the view of. */
  readonly of: string;
  readonly options: SourceOptions<State>;
  /** Asks for the newest data; undefined where they are those that are known. */
  look(known: Data | null, signal: AbortSignal): Promise<Data | undefined>;
  /** Whether a change of the store is one of the data. */
  concerns(change: StoreChange): boolean;
  /** Who answers what the view asks. */
  readonly answers: Answers;
  /** Which of the questions change what is shown. */
  readonly changing?: readonly string[];
  /** The least time between two looks. */
  readonly gapMs?: number;
}

/** Follows its store until it is disposed. */
export class FollowingSource<Data, State extends object> implements RestSource<Data, State> {
  readonly mode: Mode = 'live'; // what is known is shown and said to be old, but nothing is saved
  readonly answerer = 'server';
  readonly ready: Promise<void>;
  /** Whether nobody arranged anything yet. */
  readonly isNew: boolean;
  problem: SourceError | null = null;
  private newest: Data | null = null;
  private arrangement: State;
  private readonly kept: Kept<State>;
  private readonly listeners = new Set<() => void>();
  private readonly looking: Looking;
  private readonly unwatch: () => void;
  private settle = { resolve: (): void => undefined, reject: (_: unknown): void => undefined };

  constructor(private readonly following: Following<Data, State>) {
    const { store, kind, of, options, gapMs } = following;
    this.kept = new Kept(store.context.state, kind, options.key ?? `${store.id}/${of}`);
    const known = this.kept.get() ?? options.state;
    this.isNew = known === undefined;
    this.arrangement = { ...known } as State;
    this.ready = new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
    });
    this.ready.catch(() => undefined); // who does not wait for it sees `problem`
    this.looking = new Looking({
      look: signal => this.look(signal),
      told: problem => this.told(problem),
      ...(gapMs !== undefined && { gapMs })
    });
    this.unwatch = store.watch(change => this.take(change));
    queueMicrotask(() => this.looking.again()); // who made this source has a name for it by then
  }

  get loaded(): boolean {
    return this.newest !== null;
  }

  get data(): Data {
    return this.newest as Data;
  }

  get state(): Readonly<State> {
    return this.arrangement;
  }

  setState(patch: Partial<State>): void {
    this.arrangement = { ...this.arrangement, ...patch };
    this.kept.set(this.arrangement);
    this.changed();
  }

  /** Arranges what nobody arranged yet. */
  begin(state: Partial<State>): void {
    this.arrangement = { ...state, ...this.arrangement };
  }

  subscribe(changed: () => void): () => void {
    const listener = (): void => changed(); // wrapped, so that one function can subscribe twice
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async ask<T>(method: string, args: object = {}, signal?: AbortSignal): Promise<T> {
    const answer = Object.hasOwn(this.following.answers, method) ? this.following.answers[method] : undefined;
    if (!answer) throw new ApiError('INVALID_PARAMETER_VALUE', 'This takes a kernel: the server does not do it.');
    const answered = (await answer(args as never, signal)) as T;
    if (this.following.changing?.includes(method)) this.looking.again(true);
    return answered;
  }

  vega(): Promise<Vega | null> {
    return this.following.store.context.vega();
  }

  refresh(): Promise<void> {
    return this.looking.now();
  }

  dispose(): void {
    this.unwatch();
    this.looking.dispose();
    this.listeners.clear();
  }

  private async look(signal: AbortSignal): Promise<void> {
    const found = await this.following.look(this.newest, signal);
    if (found === undefined || signal.aborted) return;
    this.newest = found;
    if (this.problem) return; // told as soon as the look is over
    this.changed();
  }

  private told(problem: SourceError | null): void {
    if (!problem) this.settle.resolve();
    else if (!(problem instanceof ApiError && problem.passes)) this.settle.reject(problem);
    if (!problem && !this.problem) return;
    this.problem = problem;
    this.changed();
  }

  private take(change: StoreChange): void {
    if (change.problem !== null) {
      // Said at once; a look, which may take long, says more, and knows when it is over.
      this.told(new ApiError('TEMPORARILY_UNAVAILABLE', change.problem, {}, 503));
      this.looking.again();
    } else if (this.problem || this.following.concerns(change)) this.looking.again(change.revision !== null);
  }

  private changed(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
