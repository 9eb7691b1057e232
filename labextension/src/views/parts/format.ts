/** Numbers, durations, times and sizes as a person reads them: the same words as `nbflow/drawing/format.py`. */

/** What stands where there is no value: an en dash, as in printed tables. */
export const MISSING = '–';

const NUMBER = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)$/i;
const INTEGER_BELOW = 1e15;
const DIGITS = 4; // significant ones of the largest number in a column
const MOST_DIGITS = 10;
const SMALL = -4; // beyond these exponents, powers of ten read better
const LARGE = 6;
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
const FIRST_YEAR = Date.UTC(1, 0, 1) - 1900 * 365.2425 * 86_400_000; // roughly the year 1; Date.UTC takes 1 for 1901
const TO = [16, 19, 23] as const; // characters of a time to the minute, second, millisecond
const LAST_YEAR = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Says how many: `count(1234, 'run')` is `1,234 runs`. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${grouped(String(n))} ${n === 1 ? noun : plural}`;
}

/** Says how long, in at most two units: `850 ms`, `1.2 s`, `3 min 12 s`, `4 d 3 h`. */
export function duration(ms: number | null | undefined): string {
  if (ms == null || Number.isNaN(ms)) return MISSING;
  if (ms < 0) return `-${duration(-ms)}`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 9950) return `${fixed(ms / 1000, 1)} s`;
  const all = evenly(ms / 1000);
  const units: [number, string][] = [
    [Math.floor(all / 86_400), 'd'],
    [Math.floor(all / 3600) % 24, 'h'],
    [Math.floor(all / 60) % 60, 'min'],
    [all % 60, 's']
  ];
  const first = units.findIndex(([value]) => value);
  return units
    .slice(first, first + 2)
    .filter(([value]) => value)
    .map(([value, unit]) => `${grouped(String(value))} ${unit}`)
    .join(' ');
}

/** Says when, in UTC, to the minute: `2026-11-23 17:05`. */
export function moment(ms: number | null | undefined): string {
  if (ms == null || Number.isNaN(ms)) return MISSING;
  if (ms < FIRST_YEAR || ms > LAST_YEAR) return `${ms} ms`;
  return new Date(ms).toISOString().slice(0, 16).replace('T', ' ');
}

/** Makes what writes times alike: to the second, or finer, where several fall into one minute. */
export function momentWriter(values: readonly (number | null)[]): (ms: number | null) => string {
  const known = [...new Set(values)].filter(ms => ms !== null && ms >= FIRST_YEAR && ms <= LAST_YEAR) as number[];
  const cut = (ms: number, length: number) => new Date(ms).toISOString().slice(0, length).replace('T', ' ');
  const tellsApart = (length: number) => new Set(known.map(ms => cut(ms, length))).size === known.length;
  const length = TO.find(tellsApart) ?? TO[0];
  return ms => (ms === null || !(ms >= FIRST_YEAR && ms <= LAST_YEAR) ? moment(ms) : cut(ms, length));
}

/** Tells whether a param's text is a number. */
export function isNumber(text: string): boolean {
  return NUMBER.test(text);
}

/** Reads a param's text as a number, as Python does; null where it is none. */
export function toNumber(text: string): number | null {
  if (!NUMBER.test(text)) return null;
  const bare = text.toLowerCase().replace(/^[+-]/, '');
  const size = bare === 'nan' ? Number.NaN : bare.startsWith('inf') ? Number.POSITIVE_INFINITY : Number(bare);
  return text.startsWith('-') ? -size : size;
}

/** Writes one number with up to 6 significant digits: `0.933333`, `1,234`, `1.5e-07`, `nan`, `inf`. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return unbounded(value);
  if (Number.isInteger(value) && Math.abs(value) < INTEGER_BELOW) return grouped(fixed(value, 0));
  return general(value, 6);
}

/** Writes a column of numbers alike, so that their decimal points stand below each other; null is missing. */
export function numbers(values: readonly (number | null)[]): string[] {
  const write = writer(values.filter(value => value !== null));
  return values.map(value => (value === null ? MISSING : write(value)));
}

/** Makes what writes the numbers of a column: as many decimals as tell those given apart, at most 10. */
export function writer(sample: readonly number[]): (value: number) => string {
  const write = finiteWriter(sample.filter(value => Number.isFinite(value)));
  return value => (Number.isFinite(value) ? write(value) : unbounded(value));
}

/** Writes a size: `999 B`, `1.5 kB`, `12.3 GB`. */
export function size(bytes: number | null | undefined): string {
  if (bytes == null) return MISSING;
  if (bytes < 1000) return `${bytes} B`;
  let unit = 0;
  let value = bytes;
  for (; value >= 1000 && unit < UNITS.length - 1; unit++) value /= 1000;
  return `${fixed(value, 1)} ${UNITS[unit]}`;
}

/** Every digit of a number, as Python's `repr` has them: what copying and tool tips give. */
export function exact(value: number): string {
  if (!Number.isFinite(value)) return unbounded(value);
  const text = String(value);
  return Number.isInteger(value) && !text.includes('e') ? `${text}.0` : text;
}

function unbounded(value: number): string {
  return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
}

function finiteWriter(values: readonly number[]): (value: number) => string {
  if (values.every(value => Number.isInteger(value) && Math.abs(value) < INTEGER_BELOW)) {
    // The column may hold others than those it was made for.
    return value => (Number.isInteger(value) ? grouped(fixed(value, 0)) : number(value));
  }
  let largest = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (const value of values) {
    const magnitude = Math.abs(value);
    if (magnitude > largest) largest = magnitude;
    if (magnitude && magnitude < smallest) smallest = magnitude;
  }
  const high = exponent(largest);
  const low = exponent(smallest);
  if (high > LARGE || low < SMALL) return tellingApart(general, DIGITS, values);
  for (let decimals = 0; decimals < DIGITS; decimals++) {
    // Nearly equal will do: 0.3 - 0.02 is 0.27999999999999997.
    if (values.every(value => isClose(Number(value.toFixed(decimals)), value))) return decimal(decimals);
  }
  return tellingApart((value, n) => grouped(fixed(value, n)), Math.max(DIGITS - 1 - high, 1 - low, 1), values);
}

function decimal(decimals: number): (value: number) => string {
  return value => grouped(fixed(value, decimals));
}

/** Takes as few digits, from `start` on, as write different values differently. */
function tellingApart(
  write: (value: number, digits: number) => string,
  start: number,
  values: readonly number[]
): (value: number) => string {
  const different = new Set(values).size;
  for (let digits = start; digits < MOST_DIGITS; digits++) {
    if (new Set(values.map(value => write(value, digits))).size === different) return value => write(value, digits);
  }
  return value => write(value, start); // not to be told apart in a table
}

function exponent(value: number): number {
  return Number(value.toExponential().split('e')[1]);
}

function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-12 * Math.max(Math.abs(a), Math.abs(b));
}

/** Python's `{:.{digits}g}`. */
function general(value: number, digits: number): string {
  const [mantissa = '0', power = '0'] = value.toExponential(digits - 1).split('e');
  const at = Number(power);
  if (at >= -4 && at < digits) return bare(fixed(value, digits - 1 - at));
  return `${bare(mantissa)}e${at < 0 ? '-' : '+'}${String(Math.abs(at)).padStart(2, '0')}`;
}

function bare(text: string): string {
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** Like `toFixed`, but half goes to the even digit, as in Python: 0.125 is 0.12. */
function fixed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  if (Math.abs(value) >= 1e15) return text;
  const all = value.toFixed(Math.min(decimals + 30, 100));
  const cut = all.length - 30;
  if (!/^50*$/.test(all.slice(cut))) return text;
  const kept = all.slice(0, cut).replace(/\.$/, '');
  return Number(kept.at(-1)) % 2 ? text : kept;
}

function evenly(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value);
}

function grouped(text: string): string {
  const [, sign = '', whole = '', rest = ''] = /^(-?)(\d+)(.*)$/.exec(text) ?? [];
  return `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ',')}${rest}`;
}
