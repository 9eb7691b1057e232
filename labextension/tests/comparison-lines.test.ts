import { describe, expect, it } from 'vitest';
import { type ChartData, keyOf, readChart } from '../src/views/comparison/data';
import { changeOf, pieces } from '../src/views/comparison/differences';
import { lineCode, lineRows, lineSpec, readExact } from '../src/views/comparison/lines';
import { changed } from '../src/views/comparison/options';
import { idsOfBrush, picked } from '../src/views/comparison/selection';

const LINES = { data: 'd', x: 'c0', y: 'c1', smooth: 'c5', label: 'c2', zoom: 'z', reduced: true };

function chart(): ChartData {
  return readChart({
    kind: 'lines',
    args: { metric: 'loss' },
    code: 'runs.chart.lines("loss")',
    spec: {
      layer: [{ mark: 'line', encoding: { y: { field: 'c1' } }, transform: [{ flatten: ['c0', 'c1', 'c5'] }] }],
      datasets: { d: [{ c0: [0, 10, 20, 30], c1: [4, 0, 2, -2], c2: 'a' }] }
    },
    lines: LINES
  });
}

describe('lines', () => {
  it('have a smoothed line that is the line itself where nothing is smoothed', () => {
    const [row] = lineRows(chart(), LINES, 0, null) as Record<string, unknown>[];
    expect(row?.c5).toEqual([4, 0, 2, -2]);
    const [smooth] = lineRows(chart(), LINES, 0.5, null) as Record<string, number[]>[];
    expect(smooth?.c5).not.toEqual(smooth?.c1);
    expect(smooth?.c5).toHaveLength(4);
  });

  it('have exact points in a part, and what was there beyond it', () => {
    const exact = readExact({ lines: { a: { x: [9, 10, 11, 12], y: [1, 2, 3, 4] } }, n: 4, shown: 4 });
    const [row] = lineRows(chart(), LINES, 0, exact) as Record<string, number[]>[];
    expect(row?.c0).toEqual([0, 9, 10, 11, 12, 20, 30]);
    expect(row?.c1).toEqual([4, 1, 2, 3, 4, 2, -2]);
    expect(row?.c5).toEqual(row?.c1);
  });

  it('are drawn on a logarithmic axis of what is above zero', () => {
    const spec = lineSpec(chart(), LINES, true) as { layer: { encoding: { y: object }; transform: object[] }[] };
    expect(spec.layer[0]?.encoding.y).toMatchObject({ scale: { type: 'log' } });
    expect(spec.layer[0]?.transform.at(-1)).toEqual({ filter: 'datum["c1"] > 0 && datum["c5"] > 0' });
    const plain = chart();
    expect(lineSpec(plain, LINES, false)).toBe(plain.spec);
  });

  it('are made by code that says how they are arranged', () => {
    expect(lineCode('runs.chart.lines("a)b")', 0.6, true)).toBe('runs.chart.lines("a)b", smooth=0.6, log=True)');
    expect(lineCode('runs.chart.lines("a")', 0, false)).toBe('runs.chart.lines("a")');
  });
});

describe('differences', () => {
  it('are told in numbers and percent', () => {
    expect(changeOf(0.95, 0.93, 'max')).toEqual({ text: '+0.02 (+2.15 %)', way: 'better' });
    expect(changeOf(0.95, 0.93, 'min')?.way).toBe('worse');
    expect(changeOf(1, 0, null)).toEqual({ text: '+1', way: 'other' });
    expect(changeOf(2, 2, 'min')).toEqual({ text: '±0', way: 'same' });
    expect(changeOf(Number.NaN, 1, 'min')).toBeNull();
    expect(changeOf(null, 1, 'min')).toBeNull();
  });

  it('are whole words within a text', () => {
    const marked = (text: string, base: string) =>
      pieces(text, base, 44)
        .filter(piece => piece.differs)
        .map(piece => piece.text);
    expect(marked('optimizer=adamw lr=1', 'optimizer=adam lr=1')).toEqual(['adamw']);
    expect(marked('size=32 end', 'size=24 end')).toEqual(['32']);
    expect(marked('same', 'same')).toEqual([]);
    expect(pieces('a'.repeat(100), '', 44)[0]?.text).toHaveLength(44);
    expect(
      pieces(`${'x '.repeat(50)}a tail`, `${'x '.repeat(50)}b tail`, 44)
        .map(piece => piece.text)
        .join('')
    ).toMatch(/^….*a tail$/);
  });
});

describe('choosing', () => {
  it('knows a chart by what it is made of, in any order', () => {
    expect(keyOf('scatter', { x: 'a', y: 'b' })).toBe(keyOf('scatter', { y: 'b', x: 'a', color: null }));
    expect(keyOf('lines', { metric: 'a' })).not.toBe(keyOf('bars', { metric: 'a' }));
  });

  it('does not draw a band over time', () => {
    expect(changed({ metric: 'a', x: 'time' }, 'band', 'seed')).toEqual({ metric: 'a', band: 'seed' });
    expect(changed({ metric: 'a', band: 'seed' }, 'x', 'time')).toEqual({ metric: 'a', x: 'time' });
    expect(changed({ metric: 'a', x: 'time' }, 'x', null)).toEqual({ metric: 'a' });
  });

  it('selects by clicks and areas', () => {
    expect(picked(['a'], ['b'], false)).toEqual(['b']);
    expect(picked(['a'], ['a'], false)).toEqual([]);
    expect(picked(['a'], ['b'], true)).toEqual(['a', 'b']);
    expect(picked(['a', 'b'], ['b'], true)).toEqual(['a']);
    const made = readChart({
      spec: {
        datasets: {
          d: [
            { c0: 1, c1: 'x', c3: 'A' },
            { c0: 5, c1: 'y', c3: 'B' }
          ]
        }
      },
      brush: { param: 'p', field: 'c3', data: 'd' }
    });
    const runs = ['A', 'B'].map(label => ({ id: label, label, name: '', letter: '', color: '', status: '' }));
    expect(idsOfBrush({ c0: [0, 2] }, made, runs)).toEqual(['A']);
    expect(idsOfBrush({ c1: ['y'] }, made, runs)).toEqual(['B']);
    expect(idsOfBrush({ c0: [2, 2] }, made, runs)).toBeNull();
    expect(idsOfBrush({}, made, runs)).toBeNull();
  });
});
