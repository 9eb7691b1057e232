/** Which runs the kernel of a notebook has running, kept up to date while somebody looks. */

import type { NotebookPanel } from '@jupyterlab/notebook';
import { Signal } from '@lumino/signaling';
import { ApiError } from '../api/errors';
import type { ActiveRun } from '../api/types';
import type { Services } from '../shell';

/** However fast a store changes, it is asked no more often. */
const PAUSE_MS = 800;
/** After what failed. */
const RETRY_MS = 10_000;

/** What is used of a notebook. */
export type RunsOf = Pick<NotebookPanel, 'context' | 'sessionContext'>;

export class ActiveRuns {
  /** The runs, the newest first. */
  runs: readonly ActiveRun[] = [];
  /** The store they are in; null while it is not known. */
  store: string | null = null;
  readonly changed = new Signal<this, void>(this);

  private isWanted = false;
  private isStale = true;
  private isAsking = false;
  /** The server has no part of ours: it is not asked again. */
  private isMissing = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** When it asks, if the timer runs. */
  private due = 0;
  private finding = new AbortController();
  private stopWatching: () => void = () => undefined;

  constructor(
    private readonly panel: RunsOf,
    private readonly services: () => Promise<Services>,
    /** Gives a path without the drive that it is on. */
    private readonly localPath: (path: string) => string
  ) {
    panel.context.pathChanged.connect(this.moved, this);
    panel.sessionContext.kernelChanged.connect(this.changedKernel, this);
  }

  /** Asks from now on. */
  wake(): void {
    this.isWanted = true;
    this.soon(0);
  }

  /** Asks no more, until it is woken. */
  rest(): void {
    this.isWanted = false;
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  dispose(): void {
    this.rest();
    this.forget();
    Signal.clearData(this);
  }

  private moved(): void {
    this.forget(); // its store may be another
    this.take([]);
    if (this.isWanted) this.soon(0);
  }

  private changedKernel(): void {
    this.isStale = true;
    this.take([]);
    if (this.isWanted) this.soon(0);
  }

  private forget(): void {
    this.finding.abort();
    this.finding = new AbortController();
    this.stopWatching();
    this.stopWatching = () => undefined;
    this.store = null;
    this.isStale = true;
  }

  private soon(delay: number): void {
    if (this.isMissing) return;
    const due = Date.now() + delay;
    if (this.timer !== undefined && this.due <= due) return;
    clearTimeout(this.timer);
    this.due = due;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.ask();
    }, delay);
  }

  /** Asks, if there is something to ask for. What fails is asked again a while later. */
  private async ask(): Promise<void> {
    if (this.isAsking || !this.isWanted || !this.isStale) return;
    this.isAsking = true;
    const { signal } = this.finding;
    let pause = PAUSE_MS;
    try {
      await this.panel.context.ready;
      await this.panel.sessionContext.ready;
      const { kernel } = this;
      if (!kernel) {
        pause = Number.POSITIVE_INFINITY; // heard of when it starts
        return;
      }
      this.isStale = false; // from here on, news make it stale again
      const { api } = await this.services();
      if (signal.aborted) return;
      const notebook = this.localPath(this.panel.context.path);
      if (this.store === null) await this.find(api, notebook, signal);
      if (this.store === null) return;
      const runs = await api.store(this.store).activeRuns(notebook, kernel, signal);
      if (signal.aborted || kernel !== this.kernel) return; // another notebook's, or another kernel's
      this.take([...runs].sort((a, b) => (b.start_time ?? 0) - (a.start_time ?? 0)));
    } catch (error) {
      if (signal.aborted) return;
      this.isStale = true;
      pause = RETRY_MS;
      this.isMissing = error instanceof ApiError && error.status === 404 && this.store === null;
      // What the panel says there, too.
      if (!(error instanceof ApiError)) console.warn('nbflow: the active run is not known:', error);
    } finally {
      this.isAsking = false;
      // It may have heard of something while it asked.
      if (signal.aborted) pause = 0;
      if (this.isStale && this.isWanted && Number.isFinite(pause)) this.soon(pause);
    }
  }

  private get kernel(): string | undefined {
    return this.panel.sessionContext.session?.kernel?.id;
  }

  private async find(api: Services['api'], notebook: string, signal: AbortSignal): Promise<void> {
    const store = await api.open({ notebook }, signal);
    if (signal.aborted) return;
    this.store = store.id;
    this.stopWatching = api.store(store.id).watch(() => {
      this.isStale = true;
      if (this.isWanted) this.soon(PAUSE_MS);
    });
  }

  private take(runs: readonly ActiveRun[]): void {
    const text = (of: readonly ActiveRun[]): string => JSON.stringify(of);
    if (text(runs) === text(this.runs)) return;
    this.runs = runs;
    this.changed.emit();
  }
}
