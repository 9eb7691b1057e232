import { describe, expect, it } from 'vitest';
import { type Column, cells, checkColumns, type Values } from '../src/views/columns';

const column = (values: Values, type: Column['type'] = 'number'): Column => ({
  id: 'metrics.loss',
  kind: 'metric',
  name: 'loss',
  type,
  best: 'min',
  values
});
const read = (values: Values, type?: Column['type']): unknown[] => {
  const { length, at } = cells(column(values, type));
  return Array.from({ length }, (_, row) => at(row));
};

describe('cells', () => {
  it('reads lists, with the numbers that JSON cannot say', () => {
    expect(read([1, null, 'NaN', '-Infinity', 'what'])).toEqual([1, null, Number.NaN, Number.NEGATIVE_INFINITY, null]);
  });

  it('leaves texts as they are', () => {
    expect(read(['NaN', '', null], 'text')).toEqual(['NaN', '', null]);
  });

  it('reads bytes, in which NaN is missing', () => {
    expect(read(new Float64Array([0.5, Number.NaN]))).toEqual([0.5, null]);
  });

  it('reads texts by their codes', () => {
    expect(read({ codes: new Int32Array([1, -1, 0]), texts: ['a', 'b'] }, 'text')).toEqual(['b', null, 'a']);
  });

  it('has nothing in a row that is not there', () => {
    expect(cells(column([1])).at(5)).toBeNull();
  });
});

describe('checkColumns', () => {
  it('takes columns in each form', () => {
    const columns = [column([1, 2]), { ...column({ codes: [0, -1], texts: ['a'] }, 'text'), id: 'params.x' }];

    expect(checkColumns(columns)).toEqual(columns);
  });

  it.each([
    ['no list', { columns: [] }],
    ['a column without a type', [{ ...column([1]), type: undefined }]],
    ['values that are a text', [{ ...column([1]), values: 'abc' }]],
    ['lengths that differ', [column([1]), { ...column([1, 2]), id: 'b' }]],
    ['one id twice', [column([1]), column([2])]],
    ['nothing', null]
  ])('refuses %s', (_, value) => {
    expect(() => checkColumns(value)).toThrow(TypeError);
  });
});
