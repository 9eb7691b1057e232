/** How long ago something was, in as few characters as a narrow column has. */

import { useEffect, useState } from 'preact/hooks';
import { t } from '../i18n';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Says how long: `12 s`, `5 min`, `3 h`, `2 d`, `4 mo`, `2 y`. */
export function age(ms: number): string {
  const long = Math.max(ms, 0);
  if (long < MINUTE) return t('%1 s', Math.floor(long / SECOND));
  if (long < HOUR) return t('%1 min', Math.floor(long / MINUTE));
  if (long < DAY) return t('%1 h', Math.floor(long / HOUR));
  if (long < 60 * DAY) return t('%1 d', Math.floor(long / DAY));
  if (long < 730 * DAY) return t('%1 mo', Math.floor(long / (30.44 * DAY)));
  return t('%1 y', Math.floor(long / (365.25 * DAY)));
}

/** The time, that goes on: every second, or every half minute where nothing runs. */
export function useNow(isFast: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), isFast ? SECOND : 30 * SECOND);
    return () => clearInterval(timer);
  }, [isFast]);
  return now;
}
