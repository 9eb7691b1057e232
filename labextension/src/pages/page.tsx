/** A page in a tab: of an experiment, a run, a comparison, a model or a version. */

import { render } from 'preact';
import { t, tn } from '../i18n';
import type { PageRef, Services } from '../shell';
import { ErrorBoundary } from '../views/parts/message';
import { ComparePage } from './compare';
import { ExperimentPage } from './experiment/page';
import type { PageProps } from './frame';
import { ModelPage } from './model/page';
import { RunPage } from './run/page';
import { VersionPage } from './version';

/** A page that is there. */
export interface Page {
  /** What its tab is called. */
  title(): string;
  /** Calls back when that is another; gives the way to stop. */
  onTitle(changed: (title: string) => void): () => void;
  /** Shows the same page with another filter. */
  update(ref: PageRef): void;
}

/** Draws a page until the signal aborts. */
export function mountPage(el: HTMLElement, ref: PageRef, services: Services, signal: AbortSignal): Page {
  let title = firstTitle(ref);
  const listeners = new Set<(title: string) => void>();
  const onTitle = (now: string): void => {
    if (now === title) return;
    title = now;
    for (const listener of [...listeners]) listener(now);
  };
  const draw = (of: PageRef): void => {
    if (signal.aborted) return;
    render(
      <div class="nbf-view nbf-pages" onFocusIn={withoutShortcuts}>
        <ErrorBoundary what="page">{pageOf({ of, services, signal, onTitle })}</ErrorBoundary>
      </div>,
      el
    );
  };
  draw(ref);
  signal.addEventListener(
    'abort',
    () => {
      listeners.clear();
      render(null, el);
    },
    { once: true }
  );
  return {
    title: () => title,
    onTitle: changed => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
    update: draw
  };
}

/** What a page is called before it is known what it shows. */
export function firstTitle(ref: PageRef): string {
  switch (ref.page) {
    case 'experiment':
      return t('Experiment %1', ref.experiment_id);
    case 'run':
      return t('Run %1', ref.run_id.slice(0, 8));
    case 'compare':
      return tn('Comparison of %1 run', 'Comparison of %1 runs', ref.run_ids.length);
    case 'model':
      return ref.name;
    case 'version':
      return t('%1, version %2', ref.name, ref.version);
  }
}

function pageOf({ of, ...others }: Omit<PageProps<'run'>, 'of'> & { of: PageRef }) {
  switch (of.page) {
    case 'experiment':
      return <ExperimentPage of={of} {...others} />;
    case 'run':
      return <RunPage of={of} {...others} />;
    case 'compare':
      return <ComparePage of={of} {...others} />;
    case 'model':
      return <ModelPage of={of} {...others} />;
    case 'version':
      return <VersionPage of={of} {...others} />;
  }
}

/** As for views in outputs: keys that are pressed here are not the notebook's. */
function withoutShortcuts({ target }: FocusEvent): void {
  if (target instanceof Element) target.setAttribute('data-lm-suppress-shortcuts', 'true');
}
