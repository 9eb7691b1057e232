/** How every view begins and ends: drawn into an element from a source, until the signal aborts. */

import { type ComponentType, render } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';
import type { Source, View } from '../source';
import { ErrorBoundary } from './message';

/** Draws anew whenever mode, data or state of the source changed. */
export function useSource<Data, State extends object>(source: Source<Data, State>): Source<Data, State> {
  const [, redraw] = useState(0);
  // Not useEffect, which waits for a frame: going live before it would be missed.
  useLayoutEffect(() => source.subscribe(() => redraw(n => n + 1)), [source]);
  return source;
}

/** What a view's component is given. */
export interface ViewProps<Data, State extends object> {
  source: Source<Data, State>;
  /** Aborts when the view ends. */
  signal: AbortSignal;
}

/**
 * Makes a view of a component.
 *
 * `what` names it in the message that stands in its place when it fails. JupyterLab's own keys are off inside: else two
 * `d` pressed on a table's row would be the notebook's, which deletes the cell.
 */
export function view<Data, State extends object>(
  what: string,
  name: string,
  Main: ComponentType<ViewProps<Data, State>>
): View<Data, State> {
  return (el, source, signal) => {
    if (signal.aborted) return;
    render(
      <div class={`nbf-view nbf-${name}`} onFocusIn={withoutShortcuts}>
        <ErrorBoundary what={what}>
          <Main source={source} signal={signal} />
        </ErrorBoundary>
      </div>,
      el
    );
    signal.addEventListener('abort', () => render(null, el), { once: true });
  };
}

/** Lumino looks no further than what has the focus: its bindings are for `:focus` itself. */
function withoutShortcuts({ target }: FocusEvent): void {
  if (target instanceof Element) target.setAttribute('data-lm-suppress-shortcuts', 'true');
}
