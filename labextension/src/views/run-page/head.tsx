/** The name of a run, its state, how long it took, and where it is. */

import { useEffect, useState } from 'preact/hooks';
import { Button } from '../parts/button';
import { CopyButton } from '../parts/copy';
import { duration } from '../parts/format';
import { Status } from '../parts/status';
import { tip, UserText } from '../parts/text';
import type { Offers, PageData } from './data';

const NAME_LENGTH = 80;

/** What stands at the top. */
export function Head({
  page,
  live,
  titled,
  cameFrom
}: {
  page: PageData;
  live: boolean;
  titled: boolean;
  cameFrom?: Offers['cameFrom'];
}) {
  return (
    <header class="nbf-run-head">
      <div class="nbf-run-title">
        {titled && (
          <>
            <span class="nbf-soft">Run</span>
            {/* Not a heading: JupyterLab's table of contents lists the headings of outputs. */}
            <b class="nbf-run-name">
              <UserText text={page.name} limit={NAME_LENGTH} />
            </b>
          </>
        )}
        <Status status={page.status} />
        <Took page={page} live={live} />
        {titled && (
          <span class="nbf-soft">
            in <UserText text={page.experiment} limit={40} />
          </span>
        )}
        <span class="nbf-gap" />
        {cameFrom && (
          <Button label="Show the notebook, and the cell, that this run came from" icon="expand" onClick={cameFrom}>
            Where it came from
          </Button>
        )}
        {titled && (
          <CopyButton text={page.code} label="Copy the code that loads this run">
            Copy code
          </CopyButton>
        )}
      </div>
      {page.deleted && (
        <div class="nbf-run-text">
          In the trash. {page.restore && <code class="nbf-code">{page.restore}</code>} brings it back.
        </div>
      )}
      {page.description !== null && (
        <div class="nbf-run-text">
          {page.description.split(/\r\n|\r|\n/).map((line, i) => (
            <div key={i}>
              <UserText text={line || '\u00a0'} />
            </div>
          ))}
        </div>
      )}
      <Facts page={page} />
    </header>
  );
}

/** What says how long a run took: times in milliseconds. */
export type Lasting = Pick<PageData, 'status' | 'startTime' | 'endTime' | 'seenAt'>;

/** How long it took, or runs by now. */
export function Took({ page, live }: { page: Lasting; live: boolean }) {
  const running = page.endTime === null && page.status === 'RUNNING' && page.startTime !== null;
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!running || !live) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [running, live]);
  if (page.startTime === null) return null;
  if (!running)
    return page.endTime === null ? null : <span class="nbf-soft">{duration(page.endTime - page.startTime)}</span>;
  // The clock over there and this one may disagree by more than the run takes.
  const shown = live ? Math.max(now, page.seenAt ?? 0) : (page.seenAt ?? page.startTime);
  const took = duration(Math.max(0, shown - page.startTime));
  return <span class="nbf-soft">{live ? `for ${took} so far` : `for ${took} when this was saved`}</span>;
}

function Facts({ page }: { page: PageData }) {
  return (
    <dl class="nbf-facts">
      {page.facts.map(([name, value, code]) => (
        <div key={name} class="nbf-fact">
          <dt>
            <UserText text={name} limit={40} />
          </dt>
          <dd>
            {code ? (
              <>
                <code class="nbf-code">
                  <UserText text={value} />
                </code>
                <CopyButton text={value} label={`Copy the ${tip(name)}`} />
              </>
            ) : (
              <UserText text={value} limit={160} />
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
