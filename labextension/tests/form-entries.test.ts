import { describe, expect, it } from 'vitest';
import { type Entry, type FieldKind, type FieldSpec, numberOf, problemOf } from '../src/views/form/entries';

function field(kind: FieldKind, more: Partial<FieldSpec> = {}): FieldSpec {
  return {
    key: 'x',
    name: 'x',
    kind,
    rule: 'RULE',
    help: '',
    annotation: '',
    optional: false,
    required: false,
    ...more
  };
}

describe('what is typed', () => {
  const good: [FieldKind, Entry][] = [
    ['int', ' 1_000 '],
    ['int', '9'.repeat(400)],
    ['float', '1e-3'],
    ['float', '-inf'],
    ['float', 'NaN'],
    ['float', '.5'],
    ['str', ''],
    ['bool', false],
    ['path', 'a/b'],
    ['date', '2026-11-24'],
    ['datetime', '2026-11-24 13:05'],
    ['list', '[1, "a", NaN, -Infinity]'],
    ['dict', '{"NaN": NaN}'],
    ['any', '{1, 2}'],
    ['any', null]
  ];
  it.each(good)('%s takes %j', (kind, entry) => {
    expect(problemOf(field(kind), entry)).toBeNull();
  });

  const bad: [FieldKind, Entry][] = [
    ['int', ''],
    ['int', '1.5'],
    ['int', '٣'],
    ['int', '9'.repeat(5000)],
    ['int', 3],
    ['float', '1e999'],
    ['float', 'one'],
    ['bool', 'true'],
    ['path', ''],
    ['path', 'a\0'],
    ['date', '2026-13-01'],
    ['list', '{}'],
    ['list', '[NaN'],
    ['dict', "{'a': 1}"],
    ['str', null],
    ['choice', 2],
    ['choice', 'a']
  ];
  it.each(bad)('%s does not take %j', (kind, entry) => {
    expect(problemOf(field(kind, kind === 'choice' ? { choices: ['a', 'b'] } : {}), entry)).toBe('It is RULE.');
  });

  it('holds numbers within their range, ends outside where they are open', () => {
    const range = { low: 0, high: 1, low_open: true, high_open: false };

    expect(['0', '0.5', '1', '1.1', 'nan'].map(text => problemOf(field('float', { range }), text) === null)).toEqual([
      false,
      true,
      true,
      false,
      false
    ]);
  });

  it('is None where that is a value', () => {
    expect(problemOf(field('int', { optional: true }), null)).toBeNull();
  });

  it('is missing where there must be something', () => {
    expect(problemOf(field('int', { required: true }), undefined)).toBe('It has no value yet: RULE.');
    expect(problemOf(field('int'), undefined)).toBeNull();
    expect(problemOf(field('object', { required: true }), undefined)).toBe('It has no value yet.');
    expect(problemOf(field('object', { required: true, given: true }), undefined)).toBeNull();
  });

  it('is read as Python reads numbers', () => {
    expect(['1_000', '-inf', '+1e3', 'nan', 'x'].map(numberOf)).toEqual([
      1000,
      Number.NEGATIVE_INFINITY,
      1000,
      Number.NaN,
      Number.NaN
    ]);
  });
});
