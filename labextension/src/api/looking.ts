/** Looking again and again: one look at a time, at once after news, later and later while nobody answers. */

import { SourceError } from '../views/source';
import { ApiError } from './errors';

const GAP_MS = 100;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

export interface LookingOptions {
  /** Looks once; what it rejects with is the problem. */
  look(signal: AbortSignal): Promise<void>;
  /** Hears how it went: null where it went well. */
  told(problem: SourceError | null): void;
  /** The least time between the ends and beginnings of looks. */
  readonly gapMs?: number;
}

/** Looks when it is told to. */
export class Looking {
  private readonly ended = new AbortController();
  private running: Promise<void> | null = null;
  private wanted = false;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether the pause that runs is one after a failure. */
  private isBackingOff = false;

  constructor(private readonly options: LookingOptions) {}

  /**
   * Looks soon.
   *
   * A look that is under way may have begun too early, so another one follows it. After a failure the pause goes on,
   * unless it is `certain` that there is somebody to answer.
   */
  again(certain = false): void {
    if (this.ended.signal.aborted) return;
    const isPausing = this.timer !== undefined && !(this.isBackingOff && certain);
    if (this.running || isPausing) this.wanted = true;
    else void this.start();
  }

  /** Looks now, after the look that is under way; resolves when it is done, well or not. */
  async now(): Promise<void> {
    if (this.ended.signal.aborted) return;
    await this.running;
    await (this.running ?? this.start());
  }

  /** Ends it, with the look that is under way. */
  dispose(): void {
    clearTimeout(this.timer);
    this.ended.abort();
  }

  private start(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.wanted = false;
    this.running = this.once().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async once(): Promise<void> {
    const { signal } = this.ended;
    const begun = performance.now();
    let problem: SourceError | null = null;
    try {
      await this.options.look(signal);
    } catch (error) {
      problem = problemOf(error);
    }
    if (signal.aborted) return;
    this.failures = problem ? this.failures + 1 : 0;
    this.options.told(problem);
    this.pause(problem, performance.now() - begun);
  }

  private pause(problem: SourceError | null, tookMs: number): void {
    const repeats = problem instanceof ApiError && problem.passes;
    this.isBackingOff = repeats;
    const wait = repeats
      ? Math.min(FIRST_PAUSE_MS * 2 ** (this.failures - 1), LONGEST_PAUSE_MS)
      : Math.max(this.options.gapMs ?? GAP_MS, tookMs); // a server that is slow has half of its time for others
    this.timer = setTimeout(() => {
      this.timer = undefined;
      // To another kind of problem the answer stays the same, until something changes.
      if (repeats || this.wanted) void this.start();
    }, wait);
  }
}

function problemOf(error: unknown): SourceError {
  if (error instanceof SourceError) return error;
  return new SourceError('INTERNAL_ERROR', error instanceof Error ? error.message : String(error));
}
