/** Light or dark: as the system says, or as the user chose. Views see it as they see JupyterLab's themes. */

import type { StateStore } from '../shell';

export const CHOICES = ['system', 'light', 'dark'] as const;

/** What the user chose. */
export type Choice = (typeof CHOICES)[number];

const KEY = 'ui.theme';

/** The colours of the page. */
export class Theme {
  private readonly system = window.matchMedia('(prefers-color-scheme: dark)');

  constructor(
    private readonly body: HTMLElement,
    private readonly state: StateStore,
    signal: AbortSignal
  ) {
    this.system.addEventListener('change', () => this.apply(), { signal });
    this.apply();
  }

  get choice(): Choice {
    const kept = this.state.get(KEY);
    return CHOICES.find(each => each === kept) ?? 'system';
  }

  choose(choice: Choice): void {
    this.state.set(KEY, choice);
    this.apply();
  }

  private apply(): void {
    const { choice } = this;
    const dark = choice === 'dark' || (choice === 'system' && this.system.matches);
    this.body.dataset.jpThemeLight = String(!dark);
    this.body.dataset.jpThemeName = dark ? 'nbflow dark' : 'nbflow light'; // charts are drawn anew when it changes
    document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
  }
}
