import { afterEach, expect, it } from 'vitest';
import { setTranslation, t, tn } from '../src/i18n';

afterEach(() => setTranslation(null));

it('says the words as they stand, with the values in their places', () => {
  expect(t('Runs')).toBe('Runs');
  expect(t('%2 of %1', 10, 'two')).toBe('two of 10');
  expect(t('100%% of %1, %9', 'it')).toBe('100% of it, %9');
});

it('never takes a value for a place', () => {
  expect(t('Delete %1 and %2?', '%2', 'b')).toBe('Delete %2 and b?');
});

it('says how many', () => {
  expect(tn('%1 run of %2', '%1 runs of %2', 1, 'a')).toBe('1 run of a');
  expect(tn('%1 run of %2', '%1 runs of %2', 0, 'a')).toBe('0 runs of a');
});

it('says what a translation says', () => {
  setTranslation({
    __: (text, ...values) => `<${text}|${values.join()}>`,
    _n: (one, many, n, ...values) => `<${one}|${many}|${n}|${values.join()}>`
  });

  expect(t('a', 'b', 1)).toBe('<a|b,1>');
  expect(tn('a', 'b', 2, 'c')).toBe('<a|b|2|c>');
});
