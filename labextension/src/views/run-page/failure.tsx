/** What ended a run that failed. */

import { CopyButton } from '../parts/copy';
import { Disclosure } from '../parts/disclosure';
import { UserText, visible } from '../parts/text';
import type { ErrorData } from './data';

// IPython colours its tracebacks.
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is what it is for
const ANSI = /\x1b\[[0-9;?]*[ -/]*[@-~]/g;
const SHOWN_LENGTH = 20_000;

/** The error, its traceback folded. */
export function Failure({ error }: { error: ErrorData | null }) {
  if (!error) return null;
  const trace = error.traceback.replace(ANSI, '');
  const lines = trace.slice(-SHOWN_LENGTH).split(/\r\n|\r|\n/);
  return (
    <section class="nbf-failure" aria-label="What ended the run">
      <div>
        <b>
          <UserText text={error.type} limit={80} />
        </b>
        : <UserText text={error.message} limit={400} />
        {error.where !== null && (
          <span class="nbf-soft">
            {' '}
            in <UserText text={error.where} limit={80} />
          </span>
        )}
      </div>
      {trace && (
        <Disclosure title="Traceback">
          <div class="nbf-trace">
            <pre class="nbf-text">{lines.map(line => line.split('\t').map(visible).join('\t')).join('\n')}</pre>
            <CopyButton text={trace} label="Copy the traceback" />
          </div>
        </Disclosure>
      )}
    </section>
  );
}
