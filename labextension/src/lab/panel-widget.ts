/** The side panel: what is in it is loaded when it is first seen. */

import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import { t } from '../i18n';
import type { Services } from '../shell';
import { nbflowIcon } from './icons';
import { PANEL_ID } from './ids';
import { keepMenus, sayFailure } from './page-node';

const NOT_FOUND = 404;

export class PanelWidget extends Widget {
  private life: AbortController | null = null;

  constructor(private readonly services: () => Promise<Services>) {
    super();
    this.id = PANEL_ID;
    this.addClass('nbf-lab-panel');
    this.title.icon = nbflowIcon;
    this.title.caption = t('nbflow: experiments, runs and models');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', 'nbflow');
    this.node.tabIndex = -1;
    keepMenus(this.node);
  }

  /** Draws it anew, as after a change of its settings. */
  redraw(): void {
    if (this.life) this.draw();
  }

  override dispose(): void {
    this.life?.abort();
    super.dispose();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.drawFirst();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.drawFirst();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    if (!this.node.contains(document.activeElement)) this.node.focus();
  }

  private drawFirst(): void {
    if (this.isVisible && !this.life) this.draw();
  }

  private draw(): void {
    this.life?.abort();
    const life = new AbortController();
    this.life = life;
    this.mount(life.signal).catch((error: unknown) => {
      if (!life.signal.aborted) sayFailure(this.node, error, () => this.draw());
    });
  }

  private async mount(signal: AbortSignal): Promise<void> {
    const [services, { mountPanel }] = await Promise.all([this.services(), import('../panel')]);
    if (signal.aborted) return;
    const el = document.createElement('div');
    el.className = 'nbf-lab-fill';
    this.node.replaceChildren(el);
    const shown = new AbortController();
    const end = (): void => shown.abort();
    signal.addEventListener('abort', end, { once: true });
    mountPanel(el, services, shown.signal);
    try {
      await services.api.server(signal);
    } catch (error) {
      // All but this the panel says itself.
      if (signal.aborted || (error as { status?: unknown }).status !== NOT_FOUND) return;
      const { mountMissing } = await import('./missing');
      if (signal.aborted) return;
      end();
      const place = document.createElement('div');
      place.className = 'nbf-lab-fill';
      this.node.replaceChildren(place);
      mountMissing(place, () => this.draw(), signal);
    }
  }
}
