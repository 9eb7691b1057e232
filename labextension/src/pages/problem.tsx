/** What stands in place of a page that cannot be shown: what is the matter, and what to do about it. */

import type { ComponentChildren } from 'preact';
import { ApiError, NO_SERVER } from '../api/errors';
import { t } from '../i18n';
import { Button } from '../views/parts/button';
import { Bar, Message } from '../views/parts/message';
import { visible } from '../views/parts/text';
import type { SourceError } from '../views/source';

export interface ProblemProps {
  /** What it would be the page of: `run`. */
  what: string;
  problem: SourceError;
  onRetry: () => void;
  /** Where else to go. */
  children?: ComponentChildren;
}

/** The message, with a way to look again. */
export function Problem({ what, problem, onRetry, children }: ProblemProps) {
  const { title, said, advice } = wordsOf(what, problem);
  return (
    <div class="nbf-pages-problem">
      <Message kind="error" title={title}>
        {said && <p>{visible(said)}</p>}
        {advice && <p>{advice}</p>}
      </Message>
      <div class="nbf-pages-ways">
        <Button label={t('Look again')} icon="refresh" onClick={onRetry}>
          {t('Look again')}
        </Button>
        {children}
      </div>
    </div>
  );
}

/** A line above what is shown, where that may be old. */
export function Stale({ problem, onRetry }: { problem: SourceError; onRetry: () => void }) {
  return (
    <Bar kind="error">
      <span>{visible(problem.message)}</span>
      <Button label={t('Look again')} icon="refresh" onClick={onRetry}>
        {t('Look again')}
      </Button>
    </Bar>
  );
}

/** A title, what the error says, and what to do besides. */
export function wordsOf(what: string, problem: SourceError): { title: string; said: string; advice: string } {
  const status = problem instanceof ApiError ? problem.status : 0;
  if (status === 404 && 'store_id' in problem.details) {
    return {
      title: t('The store of this %1 is not open here', what),
      said: '', // that is for programs
      advice: t('Open it by its path in the panel; or have the server started with it.')
    };
  }
  return { said: problem.message, ...adviceOf(what, problem, status) };
}

function adviceOf(what: string, problem: SourceError, status: number): { title: string; advice: string } {
  if (problem.code === NO_SERVER) {
    return {
      title: t('The server does not answer'),
      advice: t('It was stopped, or the network is gone. When it is back, this page goes on by itself.')
    };
  }
  if (problem.code === 'PERMISSION_DENIED' || status === 403) {
    return {
      title: t('You may not see this %1', what),
      advice: t('Whoever manages the store can give you the permission READ for it.')
    };
  }
  if (status === 401) return { title: t('You are not logged in'), advice: t('Load this page anew, and log in.') };
  if (status === 404) {
    return {
      title: t('This %1 is not there', what),
      advice: t('It was deleted for good, or the end of the address is missing.')
    };
  }
  if (status === 503) {
    return { title: t('The store does not answer'), advice: t('Its disk may be slow or gone. Look again in a while.') };
  }
  return { title: t('This %1 cannot be shown', what), advice: '' };
}
