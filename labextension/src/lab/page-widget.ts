/** A page in a tab: what is in it is loaded when it is first seen. */

import { t } from '../i18n';
import type { Page } from '../pages/page';
import type { PageRef, Services } from '../shell';
import { PAGE_ICONS } from './icons';
import { LazyWidget } from './lazy-widget';

export class PageWidget extends LazyWidget {
  private page: Page | null = null;

  /**
   * @param shown the page
   * @param services what it works with
   * @param title what its tab said before a reload
   */
  constructor(
    private shown: PageRef,
    private readonly services: () => Promise<Services>,
    title: string
  ) {
    super();
    this.addClass('nbf-lab-page');
    this.title.icon = PAGE_ICONS[shown.page];
    this.title.closable = true;
    this.name(title || firstTitle(shown));
  }

  get ref(): PageRef {
    return this.shown;
  }

  /** Shows the same page with another filter. */
  turnTo(ref: PageRef): void {
    this.shown = ref;
    this.page?.update(ref);
  }

  protected override async mount(signal: AbortSignal): Promise<void> {
    const [services, { mountPage }] = await Promise.all([this.services(), import('../pages/page')]);
    if (signal.aborted) return;
    this.node.replaceChildren();
    const page = mountPage(this.node, this.shown, services, signal);
    this.page = page;
    this.name(page.title());
    const stop = page.onTitle(title => this.name(title));
    signal.addEventListener('abort', stop, { once: true });
  }

  private name(title: string): void {
    this.title.label = title;
    this.title.caption = title;
  }
}

function firstTitle(ref: PageRef): string {
  switch (ref.page) {
    case 'experiment':
      return t('Experiment');
    case 'run':
      return t('Run');
    case 'compare':
      return t('Comparison');
    default:
      return ref.name;
  }
}
