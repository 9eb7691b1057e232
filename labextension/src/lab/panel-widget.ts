/** The side panel: what is in it is loaded when it is first seen. */

import type { Message } from '@lumino/messaging';
import { t } from '../i18n';
import type { Services } from '../shell';
import { nbflowIcon } from './icons';
import { PANEL_ID } from './ids';
import { LazyWidget } from './lazy-widget';

const NOT_FOUND = 404;

export class PanelWidget extends LazyWidget {
  constructor(private readonly services: () => Promise<Services>) {
    super();
    this.id = PANEL_ID;
    this.addClass('nbf-lab-panel');
    this.title.icon = nbflowIcon;
    this.title.caption = t('nbflow: experiments, runs and models');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', 'nbflow');
    this.node.tabIndex = -1;
  }

  /** Draws it anew, as after a change of its settings. */
  redraw(): void {
    if (this.isDrawn) this.draw();
  }

  protected override onActivateRequest(message: Message): void {
    super.onActivateRequest(message);
    if (!this.node.contains(document.activeElement)) this.node.focus();
  }

  protected override async mount(signal: AbortSignal): Promise<void> {
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
