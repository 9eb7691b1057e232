/** A page that lives as long as its tab, seen or not. */

import { useEffect, useRef } from 'preact/hooks';
import { mountPage, type Page } from '../pages/page';
import type { PageRef, Services } from '../shell';

export interface PageHostProps {
  place: PageRef;
  services: Services;
  hidden: boolean;
  onTitle: (title: string) => void;
}

/** The place that it is drawn in. */
export function PageHost({ place, services, hidden, onTitle }: PageHostProps) {
  const box = useRef<HTMLDivElement>(null);
  const page = useRef<Page | null>(null);
  const newest = useRef(onTitle);
  newest.current = onTitle;
  useEffect(() => {
    const el = box.current;
    if (!el) return;
    const life = new AbortController();
    const made = mountPage(el, place, services, life.signal);
    page.current = made;
    newest.current(made.title());
    made.onTitle(title => newest.current(title));
    return () => {
      page.current = null;
      life.abort();
    };
  }, [services]);
  useEffect(() => page.current?.update(place), [place]);
  return <div ref={box} class="nbf-ui-page" hidden={hidden} />;
}
