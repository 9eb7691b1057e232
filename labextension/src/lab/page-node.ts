/** What elements of ours need in JupyterLab, whatever is in them. */

import { t } from '../i18n';

/** Where a view has opened a menu of its own, JupyterLab opens none. */
export function keepMenus(node: HTMLElement): void {
  node.addEventListener('contextmenu', event => {
    if (event.defaultPrevented) event.stopPropagation();
  });
}

/** Says that something of ours could not be loaded, and offers to try it again. */
export function sayFailure(node: HTMLElement, error: unknown, again: () => void): void {
  console.warn('nbflow:', error);
  const message = document.createElement('div');
  message.className = 'nbf-lab-failure';
  message.setAttribute('role', 'alert');
  const reason = error instanceof Error ? error.message : String(error);
  message.textContent = t('This part of nbflow cannot be loaded: %1', reason);
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'jp-mod-styled';
  button.textContent = t('Try again');
  button.addEventListener('click', again);
  node.replaceChildren(message, button);
}
