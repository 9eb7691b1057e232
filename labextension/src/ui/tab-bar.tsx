/** The bar of tabs: links, for each has an address. */

// biome-ignore-all lint/a11y/useKeyWithClickEvents: the keys are those of links
// biome-ignore-all lint/a11y/noNoninteractiveElementInteractions: the keys are the links', and come here

import { useEffect, useRef } from 'preact/hooks';
import { t } from '../i18n';
import { addressOf, keyOf, type Place } from '../pages/routes';
import { Button } from '../views/parts/button';
import { Icon, type IconName } from '../views/parts/icons';
import { tip, UserText } from '../views/parts/text';
import { START, type Tabs } from './tabs';

export interface TabBarProps {
  tabs: Tabs;
  titleOf: (place: Place) => string;
  onShow: (place: Place) => void;
  onClose: (key: string) => void;
  onMove: (key: string, by: -1 | 1) => void;
}

const ICONS: Readonly<Record<Place['page'], IconName>> = {
  start: 'database',
  experiment: 'experiment',
  run: 'sparkline',
  compare: 'compare',
  model: 'model',
  version: 'model'
};
const MIDDLE = 1;

/** The bar. The one that is seen is scrolled into view. */
export function TabBar({ tabs, titleOf, onShow, onClose, onMove }: TabBarProps) {
  const bar = useRef<HTMLUListElement>(null);
  useEffect(() => {
    bar.current?.querySelector('.nbf-ui-seen')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [tabs.current, tabs.open.length]);
  const key = (event: KeyboardEvent) => {
    const links = [...(bar.current?.querySelectorAll<HTMLElement>('a') ?? [])];
    const at = links.indexOf(event.target as HTMLElement);
    const id = links[at]?.dataset.key;
    if (at < 0 || id === undefined) return;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key] as -1 | 1 | undefined;
    if (by !== undefined && event.altKey) return; // the browser's way back
    if (by !== undefined && event.shiftKey) onMove(id, by);
    else if (by !== undefined) links[(at + by + links.length) % links.length]?.focus();
    else if (event.key === 'Delete' && at > 0) {
      links[at - 1]?.focus();
      onClose(id);
    } else return;
    event.preventDefault();
  };
  return (
    <nav class="nbf-ui-tabs" aria-label={t('Open pages')}>
      <ul ref={bar} onKeyDown={key}>
        {[START, ...tabs.open].map(place => {
          const id = keyOf(place);
          const title = titleOf(place);
          const isSeen = id === tabs.current;
          const close = place.page === 'start' ? undefined : () => onClose(id);
          return (
            <li
              key={id}
              class={isSeen ? 'nbf-ui-tab nbf-ui-seen' : 'nbf-ui-tab'}
              onMouseDown={event => event.button === MIDDLE && event.preventDefault()} // else the page scrolls
              onAuxClick={event => {
                if (event.button !== MIDDLE || !close) return;
                event.preventDefault();
                close();
              }}
            >
              <a
                href={addressOf(place)}
                data-key={id}
                aria-current={isSeen ? 'page' : undefined}
                title={tip(title)}
                draggable={false}
                onClick={event => {
                  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
                  event.preventDefault();
                  onShow(place);
                }}
              >
                <Icon name={ICONS[place.page]} />
                <span>
                  <UserText text={title} limit={28} />
                </span>
              </a>
              {close && <Button label={t('Close: %1', tip(title))} icon="close" look="plain" onClick={close} />}
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
