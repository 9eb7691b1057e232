/** What stands at the top: the run, its pace, its params, and the runs that belong to it. */

import { CopyButton } from '../parts/copy';
import { number } from '../parts/format';
import { Status } from '../parts/status';
import { UserText } from '../parts/text';
import type { Pair } from '../run-page/data';
import { Took } from '../run-page/head';
import { useFirst } from '../run-page/sections';
import { colorOf, type LiveData, type LiveRun } from './data';

const NAME_LENGTH = 80;
const FIRST_PARAMS = 12;

/** The run: its name and state, how long it runs, how fast. */
export function Head({ run, live }: { run: LiveRun; live: boolean }) {
  const code = `run = nbflow.get_run(${JSON.stringify(run.id)})`;
  return (
    <header class={live ? 'nbf-live-on' : undefined}>
      <div class="nbf-live-title">
        <span class="nbf-soft">Run</span>
        {/* Not a heading: JupyterLab's table of contents lists the headings of outputs. */}
        <b class="nbf-live-name">
          <UserText text={run.name} limit={NAME_LENGTH} />
        </b>
        <Status status={run.status} />
        <Took page={run} live={live} />
        {run.rate && (
          <span class="nbf-soft">
            {number(Number(run.rate.value.toPrecision(3)))} {run.rate.unit}/s
          </span>
        )}
        <span class="nbf-gap" />
        <CopyButton text={code} label="Copy the code that loads this run">
          Copy code
        </CopyButton>
      </div>
      {run.error && (
        <div class="nbf-live-error" role="alert">
          <b>
            <UserText text={run.error.type} limit={NAME_LENGTH} />
          </b>
          {': '}
          <UserText text={run.error.message} limit={NAME_LENGTH * 4} />
        </div>
      )}
    </header>
  );
}

/** The params in a line. */
export function Params({ params }: { params: readonly Pair[] }) {
  const [shown, more] = useFirst(params, FIRST_PARAMS);
  if (!params.length) return null;
  return (
    <dl class="nbf-live-params" aria-label="Params">
      {shown.map(([name, value]) => (
        <div key={name}>
          <dt>
            <UserText text={name} limit={40} />
          </dt>
          <dd>
            <UserText text={value} limit={60} />
          </dd>
        </div>
      ))}
      {more}
    </dl>
  );
}

/** Which line is which run. */
export function Runs({ data }: { data: LiveData }) {
  return (
    <ul class="nbf-live-runs" aria-label="Runs">
      {data.runs.map(run => (
        <li key={run.id}>
          <span class="nbf-live-swatch" style={{ background: colorOf(data, run) }} aria-hidden="true" />
          <UserText text={run.name} limit={40} />
          <Status status={run.status} />
        </li>
      ))}
      {data.nRuns > data.runs.length && (
        <li class="nbf-soft">
          {data.runs.length} of {data.nRuns.toLocaleString('en')} runs
        </li>
      )}
    </ul>
  );
}
