/** What is typed into a field and what is wrong with it: the same rules as `nbflow/parameters`, which has the last word. */

/** The text of a field, the truth of a check box, the place of a choice, null for None. */
export type Entry = string | boolean | number | null;

export type Entries = Readonly<Record<string, Entry>>;

export type FieldKind =
  | 'int'
  | 'float'
  | 'str'
  | 'bool'
  | 'path'
  | 'date'
  | 'datetime'
  | 'list'
  | 'dict'
  | 'choice'
  | 'any'
  | 'object';

export interface FieldRange {
  low?: number;
  high?: number;
  low_open: boolean;
  high_open: boolean;
}

/** What Python says of a parameter. */
export interface FieldSpec {
  /** What its entry goes by. */
  key: string;
  name: string;
  kind: FieldKind;
  /** What its value is: `a whole number from 1 to 20`. */
  rule: string;
  help: string;
  /** Its type as the source has it. */
  annotation: string;
  optional: boolean;
  required: boolean;
  item?: string;
  choices?: readonly string[];
  range?: FieldRange;
  /** The entry that means the default; missing where there is none. */
  default?: Entry;
  /** What stands in place of a value that cannot be typed. */
  shown?: string;
  /** Whether Python gave such a value. */
  given?: boolean;
}

const WHOLE = /^[+-]?\d+(?:_\d+)*$/;
const NUMBER = /^[+-]?(?:(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+)?|inf(?:inity)?)$|^nan$/i;
const DATE = /^\d{4}-\d\d-\d\d$/;
const UNBOUNDED = /^[+-]?(?:inf|nan)/i;
const MAX_DIGITS = 4000;
// What Python's JSON has and the browser's does not, outside of texts.
const BEYOND_JSON = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

/** Says what is wrong with an entry, in a sentence; null for nothing. Undefined is no entry. */
export function problemOf(field: FieldSpec, entry: Entry | undefined): string | null {
  const wrong = `It is ${field.rule}.`;
  if (field.kind === 'object' || field.given) return field.required && !field.given ? 'It has no value yet.' : null;
  if (entry === undefined) return field.required ? `It has no value yet: ${field.rule}.` : null;
  if (entry === null) return field.optional || field.kind === 'any' ? null : wrong;
  switch (field.kind) {
    case 'bool':
      return typeof entry === 'boolean' ? null : wrong;
    case 'choice':
      return typeof entry === 'number' && entry >= 0 && entry < (field.choices?.length ?? 0) ? null : wrong;
    default:
      return typeof entry === 'string' && fits(field, entry) ? null : wrong;
  }
}

/** Reads a number as Python would; NaN where it is none. */
export function numberOf(text: string): number {
  const bare = text.trim().replaceAll('_', '');
  if (!NUMBER.test(text.trim())) return Number.NaN;
  if (!UNBOUNDED.test(bare)) return Number(bare);
  return /nan/i.test(bare) ? Number.NaN : bare.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

function fits(field: FieldSpec, text: string): boolean {
  const bare = text.trim();
  switch (field.kind) {
    case 'int':
      return WHOLE.test(bare) && bare.length <= MAX_DIGITS && within(field.range, numberOf(bare));
    case 'float': {
      if (!NUMBER.test(bare)) return false;
      const value = numberOf(bare);
      return (Number.isFinite(value) || UNBOUNDED.test(bare)) && within(field.range, value);
    }
    case 'path':
      return text !== '' && !text.includes('\0');
    case 'date':
      return DATE.test(bare) && !Number.isNaN(Date.parse(bare));
    case 'datetime':
      return bare !== '';
    case 'list':
    case 'dict':
      return isJson(bare, field.kind === 'list');
    default:
      return true;
  }
}

function within(range: FieldRange | undefined, value: number): boolean {
  if (!range) return true;
  const { low, high } = range;
  const above = low === undefined || (range.low_open ? value > low : value >= low);
  const below = high === undefined || (range.high_open ? value < high : value <= high);
  return above && below;
}

function isJson(text: string, list: boolean): boolean {
  try {
    const value: unknown = JSON.parse(text.replace(BEYOND_JSON, found => (found.startsWith('"') ? found : '0')));
    return list ? Array.isArray(value) : typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
