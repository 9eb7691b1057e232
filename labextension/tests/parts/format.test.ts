import { describe, expect, it } from 'vitest';
import {
  count,
  duration,
  isNumber,
  MISSING,
  moment,
  momentWriter,
  number,
  numbers,
  size,
  toNumber
} from '../../src/views/parts/format';

// The expected texts are what nbflow/drawing/format.py writes.
describe('formats are those of Python', () => {
  it.each([
    [0.933333333, '0.933333'],
    [1234, '1,234'],
    [-1234567, '-1,234,567'],
    [1.5e-7, '1.5e-07'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [1234567.8, '1.23457e+06'],
    [100.0625, '100.062'], // half goes to the even digit
    [999999.5, '1e+06'],
    [Number.NaN, 'nan'],
    [Number.NEGATIVE_INFINITY, '-inf']
  ])('writes the number %s', (value, text) => {
    expect(number(value)).toBe(text);
  });

  it.each([
    [null, MISSING],
    [850, '850 ms'],
    [1250, '1.2 s'],
    [9949, '9.9 s'],
    [9950, '10 s'],
    [192_000, '3 min 12 s'],
    [7_500_000, '2 h 5 min'],
    [356_400_000, '4 d 3 h'],
    [3_600_000, '1 h'],
    [-1500, '-1.5 s']
  ])('says how long %s ms are', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it('says when, in UTC', () => {
    expect(moment(Date.UTC(2026, 10, 23, 17, 5, 59))).toBe('2026-11-23 17:05');
    expect(moment(1e18)).toBe('1000000000000000000 ms');
    expect(moment(null)).toBe(MISSING);
  });

  it('writes times as exactly as tells them apart', () => {
    const at = Date.UTC(2026, 10, 23, 17, 5, 59, 7);
    const written = (...times: (number | null)[]) => times.map(momentWriter(times));

    expect(written(at, at + 60_000, at, null)).toEqual([
      '2026-11-23 17:05',
      '2026-11-23 17:06',
      '2026-11-23 17:05',
      MISSING
    ]);
    expect(written(at, at - 1000)).toEqual(['2026-11-23 17:05:59', '2026-11-23 17:05:58']);
    expect(written(at, at + 1, 1e18)).toEqual([
      '2026-11-23 17:05:59.007',
      '2026-11-23 17:05:59.008',
      '1000000000000000000 ms'
    ]);
  });

  it('writes the numbers of a column alike', () => {
    expect(numbers([0.5, 0.25, null, 1])).toEqual(['0.50', '0.25', MISSING, '1.00']);
    expect(numbers([1000, 20])).toEqual(['1,000', '20']);
    expect(numbers([1e-7, 0.5])).toEqual(['1e-07', '0.5']);
    expect(numbers([0.93333, 0.93334, 0.1])).toEqual(['0.93333', '0.93334', '0.10000']);
    expect(numbers([Number.POSITIVE_INFINITY, 0.5, Number.NaN])).toEqual(['inf', '0.5', 'nan']);
    expect(numbers([])).toEqual([]);
  });

  it('writes sizes and counts', () => {
    expect([size(999), size(1500), size(12_345_678_901), size(null)]).toEqual(['999 B', '1.5 kB', '12.3 GB', MISSING]);
    expect([count(1, 'run'), count(1234, 'run')]).toEqual(['1 run', '1,234 runs']);
  });

  it('reads the numbers that Python reads', () => {
    expect(['1', '-.5', '1e-3', 'inf', 'NaN', '1.'].every(isNumber)).toBe(true);
    expect(['', '1_000', '0x10', '1e', ' 1', 'adam'].some(isNumber)).toBe(false);
    expect(toNumber('-Infinity')).toBe(Number.NEGATIVE_INFINITY);
    expect(toNumber('adam')).toBeNull();
  });
});
