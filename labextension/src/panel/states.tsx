/** What stands in the place of a list: that it loads, that there is nothing, or what is wrong, and what to do then. */

import type { ComponentChildren } from 'preact';
import { t } from '../i18n';
import { finite } from '../views/given';
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
  const progress = progressOf(error);
  if (progress)
    return (
      <div class="nbf-problem nbf-problem-waits" role="status">
        <b>{t('The index of this store is being made')}</b>
        <progress aria-label={t('Runs that are read')} value={progress.done} max={progress.all} />
        <div class="nbf-soft">
          {t('%1 % of the runs are read. It is made once, and the list appears by itself.', progress.done)}
        </div>
      </div>
    );
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

/** How far the index is that has to be there first; null where the error is another one. */
function progressOf(error: unknown) {
  if (!(error instanceof SourceError)) return null;
  const [done, all] = [finite(error.details.n_done), finite(error.details.n_runs)];
  return done === null || all === null ? null : { done, all };
}

/** The first line of what an error says: the second may be a picture of the place, which stands elsewhere. */
export function wordsOf(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  return said.split('\n')[0] ?? said;
}

export function isForbidden(error: unknown): boolean {
  return error instanceof SourceError && error.code === 'PERMISSION_DENIED';
}
