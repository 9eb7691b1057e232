/** A run in the list: its state, name, the metrics chosen, and how long ago it began. */

import { t } from '../i18n';
import type { Cell } from '../views/columns';
import { duration, exact, MISSING, moment, number, writer } from '../views/parts/format';
import { Icon } from '../views/parts/icons';
import { statusMark } from '../views/parts/status';
import { tip, UserText, visible } from '../views/parts/text';
import { age } from './age';
import { MoreDots } from './more-dots';
import type { RunItem } from './run-items';

export const LINE_HEIGHT = 26;
export const TWO_LINES = 44;
const NAME_WIDTH = 168; // of a line without metrics, in pixels
const METRIC_WIDTH = 66;
const DIGITS = 4;
const FEWER = 3;
const LONGEST = 8; // characters that the column has room for

export interface RunLineProps {
  run: RunItem;
  metrics: readonly string[];
  write: readonly ((value: number) => string)[];
  starred: boolean;
  /** Whether the metrics have a line of their own. */
  two: boolean;
  now: number;
}

/** Whether a list of this width has no room for metrics beside the names. */
export function needsTwoLines(width: number, metrics: number): boolean {
  return metrics > 0 && width < NAME_WIDTH + metrics * METRIC_WIDTH;
}

/** Makes what writes each metric, alike in all runs, with as many digits as the column has room for. */
export function writersOf(runs: readonly RunItem[], metrics: readonly string[]): ((value: number) => string)[] {
  return metrics.map((_, i) => {
    const sample = runs
      .slice(0, 200)
      .flatMap(({ values }) => (typeof values[i] === 'number' ? [rounded(values[i])] : []));
    const write = writer(sample);
    return value => {
      const text = write(rounded(value));
      return text.length > LONGEST ? number(rounded(value, FEWER)) : text;
    };
  });
}

/** Draws what stands in the line. */
export function RunLine({ run, metrics, write, starred, two, now }: RunLineProps) {
  const { name, id, status, start } = run;
  const values = run.values.map((value, i) =>
    typeof value === 'number' ? (write[i] ?? number)(value) : value === null ? MISSING : String(value)
  );
  const when = (
    <span class="nbf-run-age nbf-soft" title={whenTitle(run, now)}>
      {start === null ? '' : age(now - start)}
    </span>
  );
  return (
    <>
      <span class="nbf-check" data-do="check" aria-hidden="true" />
      <span class={`nbf-mark nbf-is-${/^[A-Z]+$/.test(status) ? status.toLowerCase() : ''}`} title={visible(status)}>
        {statusMark(status)}
      </span>
      <span class={two ? 'nbf-run-text nbf-run-two' : 'nbf-run-text'}>
        <span class="nbf-run-first">
          <span class="nbf-line-name" title={tip(name === id ? id : `${name} (${id})`)}>
            <UserText text={name} limit={80} />
          </span>
          {two && when}
        </span>
        {two && (
          <span class="nbf-run-below nbf-soft">
            {values.map((value, i) => (
              <span key={metrics[i]} class="nbf-run-metric" title={titleOf(metrics[i], run.values[i])}>
                <UserText text={metrics[i] ?? ''} limit={values.length > 1 ? 9 : 24} />
                <b>{value}</b>
              </span>
            ))}
          </span>
        )}
      </span>
      {!two &&
        values.map((value, i) => (
          <span key={metrics[i]} class="nbf-run-value" title={titleOf(metrics[i], run.values[i])}>
            {value}
          </span>
        ))}
      {!two && when}
      <span
        class={starred ? 'nbf-star nbf-star-on' : 'nbf-star'}
        data-do="star"
        aria-hidden="true"
        title={t('Star (S)')}
      >
        <Icon name="star" />
      </span>
      <MoreDots />
    </>
  );
}

function titleOf(metric = '', value: Cell = null): string {
  return tip(`${metric} ${typeof value === 'number' ? exact(value) : (value ?? MISSING)}`);
}

function rounded(value: number, digits = DIGITS): number {
  return Number(value.toPrecision(digits));
}

/** The line for who hears it. */
export function spokenRun(
  { name, status, start, values }: RunItem,
  metrics: readonly string[],
  starred: boolean,
  now: number
) {
  const parts = [visible(name), visible(status).toLowerCase()];
  values.forEach((value, i) => {
    if (value !== null) parts.push(`${visible(metrics[i] ?? '')} ${typeof value === 'number' ? number(value) : value}`);
  });
  if (start !== null) parts.push(t('%1 ago', age(now - start)));
  if (starred) parts.push(t('with a star'));
  return parts.join(', ');
}

function whenTitle({ start, end }: RunItem, now: number): string {
  if (start === null) return '';
  return end === null
    ? t('Started %1 UTC, runs for %2', moment(start), duration(Math.max(now - start, 0)))
    : t('Started %1 UTC, took %2', moment(start), duration(end - start));
}
