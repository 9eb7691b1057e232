/** A source without a kernel, for tests: what is asked is answered by a function, or refused. */
import { type Mode, type Source, SourceError, type Vega } from '../src/views/source';

/** What would run, load or mislead if it were anything but text. */
export const HOSTILE = '<img src=x onerror=alert(1)></script><a href="javascript:alert(1)">x</a>\u202eevil\u0000';

type Answer = (method: string, args: object) => unknown;

export class FakeSource<Data, State extends object> implements Source<Data, State> {
  readonly asked: [string, object][] = [];
  answer: Answer = () => ({});
  private readonly listeners = new Set<() => void>();

  constructor(
    public data: Data,
    public state: State,
    public mode: Mode = 'live'
  ) {}

  setState(patch: Partial<State>): void {
    this.become({ state: { ...this.state, ...patch } });
  }

  /** Changes as a kernel's end, its news or another view would. */
  become(change: { data?: Data; state?: State; mode?: Mode }): void {
    Object.assign(this, change);
    for (const listener of [...this.listeners]) listener();
  }

  subscribe(changed: () => void): () => void {
    this.listeners.add(changed);
    return () => this.listeners.delete(changed);
  }

  async ask<T>(method: string, args: object = {}): Promise<T> {
    if (this.mode === 'saved') throw new SourceError('NO_KERNEL', 'No kernel answers.');
    this.asked.push([method, args]);
    return (await this.answer(method, args)) as T;
  }

  async vega(): Promise<Vega | null> {
    return null;
  }
}
