/** Puts what the user arranges into the notebook's copy, so that it is there when the notebook is opened again. */
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';

const WAIT_MS = 1000;

/** A selection of 100,000 rows does not belong into a notebook. */
const MOST_CHARS = 100_000;

/** Writes the newest state once the user pauses, or the notebook is saved. */
export class StateKeeper {
  private timer: number | undefined;
  private waiting: (() => void) | null = null;

  constructor(private readonly mimeType: string) {}

  /** Notes that the state may be another than the one in the output. */
  soon(model: IRenderMime.IMimeModel, state: object): void {
    window.clearTimeout(this.timer);
    this.waiting = () => this.keep(model, state);
    this.timer = window.setTimeout(() => this.now(), WAIT_MS);
  }

  /** Writes what waits: afterwards would be too late. */
  now(): void {
    const { waiting } = this;
    this.stop();
    waiting?.();
  }

  stop(): void {
    window.clearTimeout(this.timer);
    this.waiting = null;
  }

  private keep(model: IRenderMime.IMimeModel, state: object): void {
    const payload = model.data[this.mimeType] as { state?: object } | undefined;
    const text = JSON.stringify(state);
    if (!payload || text.length > MOST_CHARS || text === JSON.stringify(payload.state)) return;
    const kept = { ...payload, state } as unknown as IRenderMime.IMimeModel['data'][string];
    model.setData({ data: { ...model.data, [this.mimeType]: kept } });
  }
}
