/** What stands in the panel where the server has no part of ours: how it is brought there. */

import { render } from 'preact';
import { t } from '../i18n';
import { Button } from '../views/parts/button';
import { CopyButton } from '../views/parts/copy';
import { Message } from '../views/parts/message';

const COMMANDS = ['pip install jupyter-nbflow', 'jupyter server extension enable nbflow'] as const;

/** Says what to do, until the signal aborts. */
export function mountMissing(el: HTMLElement, again: () => void, signal: AbortSignal): void {
  render(
    <div class="nbf-view nbf-missing">
      <Message title={t('The server does not know nbflow.')}>
        <p>{t('JupyterLab has this panel, but what it shows comes from the server. Where the server runs, type:')}</p>
        {COMMANDS.map(command => (
          <p key={command} class="nbf-missing-command">
            <code>{command}</code>
            <CopyButton text={command} label={t('Copy: %1', command)} />
          </p>
        ))}
        <p>{t('Then restart the server.')}</p>
        <p>
          <Button label={t('Try again')} icon="refresh" onClick={again}>
            {t('Try again')}
          </Button>
        </p>
      </Message>
    </div>,
    el
  );
  signal.addEventListener('abort', () => render(null, el), { once: true });
}
