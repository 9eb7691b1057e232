/** What opens beside a button, above everything: no cell's edge cuts it off. */

// biome-ignore-all lint/a11y/noStaticElementInteractions: its role is given
// biome-ignore-all lint/a11y/useAriaPropsSupportedByRole: both roles have a label

import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

export interface PopupProps {
  label: string;
  /** The element it stands below, or a point of the window. */
  anchor: HTMLElement | { x: number; y: number };
  role?: 'menu' | 'dialog';
  onClose: () => void;
  children: ComponentChildren;
}

const MARGIN = 4;

/** Shows its children until Escape, a click elsewhere or a scroll of the page; then the focus goes back. */
export function Popup({ label, anchor, role = 'dialog', onClose, children }: PopupProps) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const el = box.current;
    if (!el) return;
    const before = document.activeElement;
    // Not everywhere: without it the box is `fixed`, and may be cut off.
    el.showPopover?.();
    place(el, anchor);
    const inside = el.querySelector<HTMLElement>('[data-focus], input, button:not([disabled])');
    inside?.focus({ preventScroll: true });
    return () => {
      if (el.contains(document.activeElement) || document.activeElement === document.body) {
        if (before instanceof HTMLElement) before.focus({ preventScroll: true });
      }
    };
  }, []);
  useEffect(() => {
    const outside = (event: Event) => {
      const target = event.target;
      if (!(target instanceof Node) || box.current?.contains(target)) return;
      if (anchor instanceof HTMLElement && event.type !== 'scroll' && anchor.contains(target)) return;
      if (event.type === 'scroll' && anchor instanceof HTMLElement && !target.contains(anchor)) return;
      onClose();
    };
    document.addEventListener('pointerdown', outside, true);
    document.addEventListener('scroll', outside, true);
    window.addEventListener('resize', onClose);
    return () => {
      document.removeEventListener('pointerdown', outside, true);
      document.removeEventListener('scroll', outside, true);
      window.removeEventListener('resize', onClose);
    };
  }, [anchor, onClose]);
  return (
    <div
      ref={box}
      class="nbf-popup"
      popover="manual"
      role={role}
      aria-label={label}
      tabIndex={-1}
      onKeyDown={event => {
        event.stopPropagation();
        if (event.key === 'Escape') {
          event.preventDefault();
          onClose();
        }
      }}
    >
      {children}
    </div>
  );
}

/** Puts a fixed element below its anchor, or above it where there is more room. */
export function place(el: HTMLElement, anchor: PopupProps['anchor']): void {
  const at =
    anchor instanceof HTMLElement
      ? anchor.getBoundingClientRect()
      : { left: anchor.x, right: anchor.x, top: anchor.y, bottom: anchor.y };
  const { innerWidth, innerHeight } = window;
  const below = innerHeight - at.bottom - 2 * MARGIN;
  const above = at.top - 2 * MARGIN;
  const up = el.offsetHeight > below && above > below;
  el.style.maxHeight = `${Math.max(up ? above : below, 80)}px`;
  el.style.left = `${Math.max(MARGIN, Math.min(at.left, innerWidth - el.offsetWidth - MARGIN))}px`;
  el.style.top = up ? `${Math.max(MARGIN, at.top - el.offsetHeight - 2)}px` : `${at.bottom + 2}px`;
}
