/** A few lines of code to try, with what puts them into a cell. */

import { t } from '../i18n';
import { Button } from '../views/parts/button';
import { CopyButton } from '../views/parts/copy';
import { visible } from '../views/parts/text';
import { type Context, put } from './context';

/** Draws the code and its buttons. */
export function CodeHint({ context, code }: { context: Context; code: string }) {
  return (
    <div class="nbf-hint">
      <pre class="nbf-code">{code.split('\n').map(visible).join('\n')}</pre>
      <span class="nbf-hint-buttons">
        {context.services.shell.insert && (
          <Button label={t('Insert as a cell')} icon="insert" look="main" onClick={() => void put(context, code)}>
            {t('Insert as a cell')}
          </Button>
        )}
        <CopyButton text={code} label={t('Copy the code')}>
          {t('Copy')}
        </CopyButton>
      </span>
    </div>
  );
}
