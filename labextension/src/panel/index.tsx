/** The side panel: in JupyterLab, and at the left of `nbflow ui`. */

import { render } from 'preact';
import { t } from '../i18n';
import type { Services } from '../shell';
import { ErrorBoundary } from '../views/parts/message';
import { Panel } from './panel';
import type { PanelSlot } from './slot';

export type { PanelSlot, SlotProps } from './slot';

/** What a host may add. */
export interface PanelOptions {
  /** Sections below the others. */
  readonly slots?: readonly PanelSlot[];
}

/** Draws the panel into an element, until the signal aborts. */
export function mountPanel(
  el: HTMLElement,
  services: Services,
  signal: AbortSignal,
  { slots = [] }: PanelOptions = {}
): void {
  if (signal.aborted) return;
  render(
    <div class="nbf-view nbf-panel">
      <ErrorBoundary what={t('panel')}>
        <Panel services={services} slots={slots} />
      </ErrorBoundary>
    </div>,
    el
  );
  signal.addEventListener('abort', () => render(null, el), { once: true });
}
