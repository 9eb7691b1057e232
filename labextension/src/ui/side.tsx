/** The panel at the side: as wide as the user made it, folded away, or over the page where that is narrow. */

// biome-ignore-all lint/a11y/useSemanticElements: an <hr> takes no keys
// biome-ignore-all lint/a11y/useKeyWithClickEvents: Escape does it, too
// biome-ignore-all lint/a11y/noStaticElementInteractions: what lies behind a drawer closes it, and so does Escape

import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../i18n';
import { mountPanel } from '../panel';
import type { Services } from '../shell';

const LEAST = 240;
const MOST = 640;
const STEP = 16;

export interface SideProps {
  services: Services;
  open: boolean;
  width: number;
  onWidth: (width: number) => void;
  /** Called where it lies over the page and is to go away. */
  onDismiss: () => void;
}

/** The panel in its place. It stays alive while it is folded away. */
export function Side({ services, open, width, onWidth, onDismiss }: SideProps) {
  const box = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  useEffect(() => {
    const life = new AbortController();
    if (box.current) mountPanel(box.current, services, life.signal);
    return () => life.abort();
  }, [services]);
  const now = limited(dragged ?? width);
  return (
    <>
      {open && <div class="nbf-ui-behind" onClick={onDismiss} />}
      <aside
        class="nbf-ui-side"
        aria-label={t('Experiments and models')}
        hidden={!open}
        style={{ '--nbf-side': `${now}px` }}
        onKeyDown={event => {
          if (event.key === 'Escape' && isDrawer(event.currentTarget)) onDismiss();
        }}
      >
        <div ref={box} class="nbf-ui-panel" />
        <div
          class="nbf-split-bar nbf-ui-edge"
          role="separator"
          tabIndex={0}
          aria-label={t('Width of the panel')}
          aria-orientation="vertical"
          aria-valuemin={LEAST}
          aria-valuemax={MOST}
          aria-valuenow={now}
          onPointerDown={event => {
            event.preventDefault();
            event.currentTarget.setPointerCapture(event.pointerId);
            setDragged(now);
          }}
          onPointerMove={event => dragged !== null && setDragged(limited(event.clientX))}
          onPointerUp={event => {
            if (dragged === null) return;
            setDragged(null);
            onWidth(limited(event.clientX));
          }}
          onPointerCancel={() => setDragged(null)}
          onKeyDown={event => {
            const by = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
            if (by === undefined) return;
            event.preventDefault();
            onWidth(limited(now + by));
          }}
        />
      </aside>
    </>
  );
}

/** Whether it lies over the page. */
function isDrawer(el: Element): boolean {
  return getComputedStyle(el).position === 'fixed';
}

function limited(width: number): number {
  return Math.round(Math.min(Math.max(Number.isFinite(width) ? width : LEAST, LEAST), MOST));
}
