/** A widget of ours in JupyterLab: what is in it is loaded when it is first seen, and ends with it. */

import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { keepMenus, sayFailure } from './page-node';

export abstract class LazyWidget extends Widget {
  private life: AbortController | null = null;

  constructor() {
    super();
    keepMenus(this.node);
  }

  override dispose(): void {
    this.life?.abort();
    super.dispose();
  }

  /** Loads what is in it, and puts it into the node, until the signal aborts. */
  protected abstract mount(signal: AbortSignal): Promise<void>;

  /** Whether it was seen by now. */
  protected get isDrawn(): boolean {
    return this.life !== null;
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.drawFirst();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.drawFirst();
  }

  protected draw(): void {
    this.life?.abort();
    const life = new AbortController();
    this.life = life;
    this.mount(life.signal).catch((error: unknown) => {
      if (!life.signal.aborted) sayFailure(this.node, error, () => this.draw());
    });
  }

  /** What lies behind other tabs asks nothing of the server before it is seen. */
  private drawFirst(): void {
    if (this.isVisible && !this.isDrawn) this.draw();
  }
}
