/** Two parts side by side, with a bar between them that can be moved; where there is no room, one below the other. */

// biome-ignore-all lint/a11y/useSemanticElements: an <hr> takes no keys

import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { t } from '../i18n';

export interface SplitProps {
  left: ComponentChildren;
  /** Null: the left part has all the room. */
  right: ComponentChildren | null;
  /** How much of the width the left part has, 0 to 1. */
  share: number;
  onShare: (share: number) => void;
}

const LEAST = 0.2;
const STEP = 0.05;

/** The parts. */
export function Split({ left, right, share, onShare }: SplitProps) {
  const box = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const now = limited(dragged ?? share);
  const at = (x: number) => {
    const area = box.current?.getBoundingClientRect();
    if (!area?.width) return now;
    const part = (x - area.left) / area.width;
    return limited(getComputedStyle(box.current as Element).direction === 'rtl' ? 1 - part : part);
  };
  return (
    <div
      ref={box}
      class={right === null ? 'nbf-split nbf-split-one' : 'nbf-split'}
      style={{ '--nbf-share': `${now * 100}%` }}
    >
      <div class="nbf-split-part nbf-split-first">{left}</div>
      {right !== null && (
        <div
          class="nbf-split-bar"
          role="separator"
          tabIndex={0}
          aria-label={t('Width of the table beside the charts')}
          aria-orientation="vertical"
          aria-valuemin={LEAST * 100}
          aria-valuemax={(1 - LEAST) * 100}
          aria-valuenow={Math.round(now * 100)}
          onPointerDown={event => {
            event.preventDefault();
            event.currentTarget.setPointerCapture(event.pointerId);
            setDragged(now);
          }}
          onPointerMove={event => dragged !== null && setDragged(at(event.clientX))}
          onPointerUp={event => {
            if (dragged === null) return;
            setDragged(null);
            onShare(at(event.clientX));
          }}
          onPointerCancel={() => setDragged(null)}
          onKeyDown={event => {
            const by = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
            if (by === undefined) return;
            event.preventDefault();
            onShare(limited(now + by));
          }}
        />
      )}
      {right !== null && <div class="nbf-split-part nbf-split-second">{right}</div>}
    </div>
  );
}

function limited(share: number): number {
  return Math.min(Math.max(Number.isFinite(share) ? share : 0.5, LEAST), 1 - LEAST);
}
