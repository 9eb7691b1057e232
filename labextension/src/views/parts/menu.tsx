/** Menus: a list of what can be done, from a button or at a point. */

// biome-ignore-all lint/a11y/noStaticElementInteractions: keys that reach the list come from its buttons
// biome-ignore-all lint/a11y/useAriaPropsSupportedByRole: items have one of two roles, and that with a state says it

import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { nameOf } from './button';
import { Icon, type IconName } from './icons';
import { Popup, type PopupProps } from './popup';
import { UserText } from './text';

export interface MenuItem {
  label: string;
  icon?: IconName;
  /** For what is switched on and off. */
  checked?: boolean;
  disabled?: boolean;
  /** A line above it. */
  apart?: boolean;
  /** Leaves the menu open, for who opens something in its place. */
  stays?: boolean;
  /** Keys that do the same, as words. */
  keys?: string;
  onSelect: () => void;
}

export interface MenuProps {
  label: string;
  items: readonly MenuItem[];
  anchor: PopupProps['anchor'];
  onClose: () => void;
}

/** An open menu: arrows move, Enter takes, Escape leaves. */
export function Menu({ label, items, anchor, onClose }: MenuProps) {
  const move = (event: KeyboardEvent) => {
    const list = event.currentTarget as HTMLElement;
    const all = [...list.querySelectorAll<HTMLElement>('button:not([disabled])')];
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to =
      event.key === 'ArrowDown'
        ? (at + 1) % all.length
        : event.key === 'ArrowUp'
          ? (at - 1 + all.length) % all.length
          : event.key === 'Home'
            ? 0
            : event.key === 'End'
              ? all.length - 1
              : -1;
    if (to < 0) return;
    event.preventDefault();
    all[to]?.focus();
  };
  return (
    <Popup label={label} anchor={anchor} role="menu" onClose={onClose}>
      <div class="nbf-menu" onKeyDown={move}>
        {items.map((item, i) => (
          <button
            // Two stores may have one name.
            key={`${i} ${item.label}`}
            type="button"
            class={item.apart ? 'nbf-menu-item nbf-menu-apart' : 'nbf-menu-item'}
            role={item.checked === undefined ? 'menuitem' : 'menuitemcheckbox'}
            aria-checked={item.checked}
            disabled={item.disabled}
            tabIndex={-1}
            onClick={() => {
              if (!item.stays) onClose();
              item.onSelect();
            }}
          >
            <span class="nbf-menu-icon">
              {item.checked ? <Icon name="check" /> : item.icon && <Icon name={item.icon} />}
            </span>
            <span class="nbf-menu-label">
              <UserText text={item.label} limit={60} />
            </span>
            {item.keys && <span class="nbf-menu-keys">{item.keys}</span>}
          </button>
        ))}
      </div>
    </Popup>
  );
}

export interface PopupButtonProps {
  label: string;
  icon?: IconName;
  /** What stands on the button. */
  text?: string;
  pressed?: boolean;
  disabled?: boolean;
  look?: 'plain';
  /** What opens: told where, and how to close. */
  open: (anchor: HTMLElement, close: () => void) => ComponentChildren;
}

/** A button that opens something. */
export function PopupButton({ label, icon, text, pressed, disabled, look, open }: PopupButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  const [isOpen, setOpen] = useState(false);
  const [close] = useState(() => () => setOpen(false));
  return (
    <>
      <button
        ref={button}
        type="button"
        class={`nbf-button${look ? ' nbf-button-plain' : ''}${pressed ? ' nbf-button-on' : ''}`}
        aria-label={nameOf(label, text)}
        title={label}
        aria-haspopup="true"
        aria-expanded={isOpen}
        disabled={disabled}
        onClick={() => setOpen(!isOpen)}
      >
        {icon && <Icon name={icon} />}
        {text !== undefined && <span class="nbf-button-text">{text}</span>}
        <Icon name="down" />
      </button>
      {isOpen && button.current && open(button.current, close)}
    </>
  );
}

/** A button that opens a menu. */
export function MenuButton({ items, ...button }: Omit<PopupButtonProps, 'open'> & { items: readonly MenuItem[] }) {
  return (
    <PopupButton
      {...button}
      open={(anchor, close) => <Menu label={button.label} items={items} anchor={anchor} onClose={close} />}
    />
  );
}
