/** Which lines and columns are seen: TanStack's virtual core, drawing with Preact. */

import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import { useLayoutEffect, useReducer, useState } from 'preact/hooks';

// What is drawn before the element is measured is drawn at once.
const UNMEASURED = { width: 900, height: 480 };

export interface VirtualOptions {
  count: number;
  size: (index: number) => number;
  element: () => HTMLElement | null;
  /** Changes whenever the sizes do. */
  sizes: unknown;
  overscan: number;
  horizontal?: boolean;
  /** Where things stand before them that do not scroll, such as a head. */
  before: number;
}

export type Virtual = Virtualizer<HTMLElement, HTMLElement>;

/** Keeps a virtualizer, and draws again when what is seen changes. */
export function useVirtual({
  count,
  size,
  element,
  sizes,
  overscan,
  horizontal = false,
  before
}: VirtualOptions): Virtual {
  const [, redraw] = useReducer((n: number) => n + 1, 0);
  const options = {
    count,
    getScrollElement: element,
    estimateSize: size,
    scrollToFn: elementScroll,
    observeElementRect: observeSize,
    observeElementOffset,
    onChange: () => redraw(undefined),
    initialRect: UNMEASURED,
    overscan,
    horizontal,
    scrollPaddingStart: before
  };
  const [virtual] = useState(() => new Virtualizer<HTMLElement, HTMLElement>(options));
  virtual.setOptions(options);
  const [known, setKnown] = useState(sizes);
  if (known !== sizes) {
    virtual.measure();
    setKnown(sizes);
  }
  useLayoutEffect(() => virtual._didMount(), [virtual]);
  useLayoutEffect(() => virtual._willUpdate());
  return virtual;
}

/** What has no size, in a tab that is not shown, is drawn as if it had. */
const observeSize: typeof observeElementRect = (instance, changed) =>
  observeElementRect(instance, rect => changed(rect.width && rect.height ? rect : UNMEASURED));
