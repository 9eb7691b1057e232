/** Lets somebody choose from many names: what to sort by, which metrics to show. */

import { useMemo, useState } from 'preact/hooks';
import { t } from '../i18n';
import { TextField } from '../views/parts/field';
import { Icon, type IconName } from '../views/parts/icons';
import { Popup, type PopupProps } from '../views/parts/popup';
import { UserText } from '../views/parts/text';

export interface Choice {
  readonly id: string;
  readonly name: string;
  /** What kind of name it is. */
  readonly note?: string;
  readonly icon?: IconName | undefined;
  readonly chosen: boolean;
}

export interface KeyBoxProps {
  label: string;
  anchor: PopupProps['anchor'];
  choices: readonly Choice[];
  /** What is said where there is none. */
  empty: string;
  onChoose: (id: string) => void;
  onClose: () => void;
}

const MOST = 100;
const FEW = 8; // names that need no search

/** Draws the box: a field to search in, and what matches. */
export function KeyBox({ label, anchor, choices, empty, onChoose, onClose }: KeyBoxProps) {
  const [search, setSearch] = useState('');
  const found = useMemo(() => {
    const wanted = search.toLowerCase();
    return choices.filter(({ name }) => name.toLowerCase().includes(wanted));
  }, [choices, search]);
  const move = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (!by) return;
    const all = [...(event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>('input, button.nbf-menu-item')];
    const at = all.indexOf(document.activeElement as HTMLElement);
    event.preventDefault();
    all[(at + by + all.length) % all.length]?.focus();
  };
  return (
    <Popup label={label} anchor={anchor} onClose={onClose}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys come from what is in it */}
      <div class="nbf-key-box" onKeyDown={move}>
        {choices.length > FEW && (
          <TextField
            label={t('Search names')}
            type="search"
            icon="search"
            value={search}
            onInput={setSearch}
            onEnter={() => found[0] && onChoose(found[0].id)}
            focus
          />
        )}
        <div class="nbf-key-list">
          {found.slice(0, MOST).map(choice => (
            <button
              key={choice.id}
              type="button"
              class="nbf-menu-item"
              aria-pressed={choice.chosen}
              onClick={() => onChoose(choice.id)}
            >
              <span class="nbf-menu-icon">{choice.chosen && <Icon name={choice.icon ?? 'check'} />}</span>
              <span class="nbf-menu-label">
                <UserText text={choice.name} limit={40} />
              </span>
              {choice.note && <span class="nbf-menu-keys">{choice.note}</span>}
            </button>
          ))}
          {found.length > MOST && (
            <div class="nbf-soft nbf-key-hint">{t('%1 more: type to find them', found.length - MOST)}</div>
          )}
          {!found.length && <div class="nbf-soft nbf-key-hint">{choices.length ? t('No name matches.') : empty}</div>}
        </div>
      </div>
    </Popup>
  );
}
