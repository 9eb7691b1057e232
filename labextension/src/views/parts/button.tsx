/** Buttons of toolbars and bars. */

import type { ComponentChildren } from 'preact';
import { Icon, type IconName } from './icons';

export interface ButtonProps {
  /** What it does; its label for who cannot see the icon, and its tool tip. */
  label: string;
  icon?: IconName;
  /** What stands beside the icon. */
  children?: ComponentChildren;
  /** Whether it is switched on, for a button that switches. */
  pressed?: boolean;
  disabled?: boolean;
  /** How it looks: `plain` has no border, `main` is the one to press. */
  look?: 'plain' | 'main' | 'danger';
  onClick: (event: MouseEvent) => void;
}

/** A button's name. Who speaks to the page says what stands on the button: where the label has it not, it comes first. */
export function nameOf(label: string, children: ComponentChildren): string {
  if (typeof children !== 'string') return label;
  // Whole words: `Log` is none of `Logarithmic`.
  return ` ${label} `.toLowerCase().includes(` ${children} `.toLowerCase()) ? label : `${children}: ${label}`;
}

/** A small button. */
export function Button({ label, icon, children, pressed, disabled, look, onClick }: ButtonProps) {
  return (
    <button
      type="button"
      class={look ? `nbf-button nbf-button-${look}` : 'nbf-button'}
      aria-label={nameOf(label, children)}
      title={label}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onClick}
    >
      {icon && <Icon name={icon} />}
      {children !== undefined && <span class="nbf-button-text">{children}</span>}
    </button>
  );
}
