/** What stands in the place of a list: that it loads, that there is nothing, or what is wrong, and what to do then. */

import type { ComponentChildren } from 'preact';
import { t } from '../i18n';
import { Button } from '../views/parts/button';
import { Icon } from '../views/parts/icons';
import { SourceError } from '../views/source';

/** Lines that are not there yet. */
export function Skeleton({ lines = 4 }: { lines?: number }) {
  return (
    <div class="nbf-skeletons" role="status" aria-label={t('Loading')}>
      {Array.from({ length: lines }, (_, i) => (
        <span key={i} class="nbf-skeleton" style={{ width: `${88 - ((i * 23) % 40)}%` }} />
      ))}
    </div>
  );
}

/** Nothing is there; its children say what to do next. */
export function Nothing({ children }: { children: ComponentChildren }) {
  return <div class="nbf-nothing">{children}</div>;
}

/** What is wrong, in words, and a button that tries it again. */
export function Problem({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const forbidden = isForbidden(error);
  return (
    <div class="nbf-problem" role="alert">
      <b>
        <Icon name={forbidden ? 'lock' : 'warning'} />
        {forbidden ? t('You may not see this') : t('This cannot be shown')}
      </b>
      <div>{wordsOf(error)}</div>
      {forbidden && <div class="nbf-soft">{t('Ask whoever manages it for permission.')}</div>}
      <Button label={t('Try again')} icon="refresh" onClick={onRetry}>
        {t('Try again')}
      </Button>
    </div>
  );
}

/** The first line of what an error says: the second may be a picture of the place, which stands elsewhere. */
export function wordsOf(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  return said.split('\n')[0] ?? said;
}

export function isForbidden(error: unknown): boolean {
  return error instanceof SourceError && error.code === 'PERMISSION_DENIED';
}
