/** Chooses light or dark. */

import { useState } from 'preact/hooks';
import { t } from '../i18n';
import { MenuButton } from '../views/parts/menu';
import { CHOICES, type Theme } from './theme';

/** The button, with a menu of what can be chosen. */
export function ThemeButton({ theme }: { theme: Theme }) {
  const [, redraw] = useState(0);
  const words = { system: t('As the system'), light: t('Light'), dark: t('Dark') };
  return (
    <MenuButton
      label={t('Light or dark')}
      icon="theme"
      look="plain"
      items={CHOICES.map(choice => ({
        label: words[choice],
        checked: theme.choice === choice,
        onSelect: () => {
          theme.choose(choice);
          redraw(n => n + 1);
        }
      }))}
    />
  );
}
