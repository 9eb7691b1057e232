/** What stands in place of a table without runs, and what to do then. */

import { t } from '../../i18n';
import { Button } from '../../views/parts/button';
import { CopyButton } from '../../views/parts/copy';
import { Message } from '../../views/parts/message';
import { UserText } from '../../views/parts/text';
import { pythonText } from '../../views/python';

/** An experiment that nothing was logged to. */
export function NoRuns({ name, path }: { name: string; path: string | undefined }) {
  const code = firstRun(name, path);
  return (
    <Message title={t('No runs yet')}>
      {t('They appear here as soon as they begin. The first one comes from Python:')}
      <div class="nbf-pages-first">
        <code class="nbf-code">
          {code.split('\n').map((line, i) => (
            <span key={i}>
              <UserText text={line || '\u00a0'} />
            </span>
          ))}
        </code>
        <CopyButton text={code} label={t('Copy the code that logs the first run')} />
      </div>
    </Message>
  );
}

/** A trash without runs. */
export function EmptyTrash({ onBack }: { onBack: () => void }) {
  return (
    <Message title={t('No runs in the trash')}>
      {t('Runs that are deleted wait here, and can be restored.')}{' '}
      <Button label={t('Back to the runs in use')} onClick={onBack}>
        {t('Back to the runs in use')}
      </Button>
    </Message>
  );
}

function firstRun(name: string, path: string | undefined): string {
  return [
    'import nbflow',
    '',
    ...(path === undefined ? [] : [`nbflow.set_tracking_uri(${pythonText(path)})`]),
    `nbflow.set_experiment(${pythonText(name)})`,
    'with nbflow.start_run():',
    '    nbflow.log_metric("accuracy", 0.93)'
  ].join('\n');
}
