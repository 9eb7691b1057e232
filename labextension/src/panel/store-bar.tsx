/** Which store the panel shows, and how to get to another. */

import { useState } from 'preact/hooks';
import { t } from '../i18n';
import { Icon } from '../views/parts/icons';
import { Menu, type MenuItem, PopupButton } from '../views/parts/menu';
import { cut, visible } from '../views/parts/text';
import { AskBox } from './ask-box';
import { shortPath } from './short-path';
import type { StoreChoice } from './use-store';

const NAME_LENGTH = 40;

/** Draws the line at the top of the panel. */
export function StoreBar({ choice, readOnly }: { choice: StoreChoice; readOnly: boolean }) {
  const { current } = choice;
  const [asking, setAsking] = useState<HTMLElement | null>(null);
  return (
    <div class="nbf-store">
      <Icon name="database" />
      <span class="nbf-store-text">
        <b class="nbf-store-name">
          <bdi title={current ? visible(current.name) : undefined}>
            {current ? cut(visible(current.name), NAME_LENGTH) : t('No store')}
          </bdi>
          {readOnly && (
            <span class="nbf-store-lock" title={lockTitle(choice)}>
              <Icon name="lock" />
              {t('read-only')}
            </span>
          )}
        </b>
        {current && (
          <bdi class="nbf-store-path nbf-soft" title={visible(current.path)}>
            {shortPath(visible(current.path))}
          </bdi>
        )}
      </span>
      <PopupButton
        label={t('Choose another store')}
        look="plain"
        open={(anchor, close) => (
          <Menu
            label={t('Stores')}
            items={storeItems(choice, () => setAsking(anchor))}
            anchor={anchor}
            onClose={close}
          />
        )}
      />
      {asking && (
        <AskBox
          label={t('Open another folder')}
          anchor={asking}
          fields={[{ label: t('Path of the store'), placeholder: t('/path/to/nbruns') }]}
          action={t('Open')}
          onDone={([path = '']) => choice.open(path)}
          onClose={() => setAsking(null)}
        />
      )}
    </div>
  );
}

function lockTitle({ server }: StoreChoice): string {
  return server?.read_only
    ? t('This server was started so that it changes nothing.')
    : t('You may read this store, and not change it. Whoever manages it can give you the permission EDIT.');
}

/** The menu: what is open, what was, and the ways to others. */
export function storeItems(choice: StoreChoice, onAsk: () => void): MenuItem[] {
  const { stores, recent, current, server, hasNotebook, follows } = choice;
  const items: MenuItem[] = stores.map(store => ({
    label: store.name,
    keys: shortPath(visible(store.path), 28),
    checked: store.id === current?.id,
    onSelect: () => choice.choose(store)
  }));
  if (server?.open_stores) {
    items.push(
      ...recent.map((store, i) => ({
        label: store.name,
        keys: shortPath(visible(store.path), 28),
        apart: i === 0,
        onSelect: () => void choice.open(store.path).catch(choice.fail)
      }))
    );
  }
  if (hasNotebook) {
    items.push({
      label: t('Of the notebook in front'),
      icon: 'notebook',
      apart: true,
      checked: follows,
      onSelect: choice.follow
    });
  }
  if (server?.open_stores) {
    items.push({ label: t('Open another folder …'), icon: 'folder', apart: !hasNotebook, onSelect: onAsk });
  }
  return items;
}
