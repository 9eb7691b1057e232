import { describe, expect, it } from 'vitest';
import { columnTest, filterTest, passing, wordsTest } from '../../src/views/run-table/filter';
import { isFilter } from '../../src/views/run-table/grammar';
import { column, table } from './made';

const made = table([
  column('metrics.loss', [0.1, 0.5, null, 'NaN'], { best: 'min' }),
  column('metrics.val loss', [1, 2, 3, 4]),
  column('params.lr', ['0.1', '1e-3', 'auto', null]),
  column('tags.team', ['Vision', 'nlp', null, 'vision 2']),
  column('start_time', [0, 86_400_000, 172_800_000, null], { type: 'time' })
]);
const found = (filter: string) =>
  Array.from(passing(made, [filterTest(filter, made)]) ?? [], row => made.ids[row]).join('');

describe('the search grammar', () => {
  it.each([
    ['metrics.loss < 0.5', 'a'],
    ['metric.loss <= 0.5', 'ab'],
    ['metrics.loss != 0.5', 'ad'],
    ['metrics.loss IS NULL', 'c'],
    ['NOT metrics.loss < 0.5', 'bcd'],
    ["metrics.`val loss` >= 3 AND tags.team != 'x'", 'd'],
    ['metrics."val loss" BETWEEN 2 AND 3', 'bc'],
    ['params.lr > 0.01', 'a'],
    ['params.lr != 0.1', 'b'],
    ["params.lr = 'auto'", 'c'],
    ['params.lr in (0.1, 0.001,)', 'ab'],
    ['params.lr NOT IN (0.1)', 'b'],
    ["tags.team LIKE 'V%'", 'a'],
    ["tags.team ilike 'vision%'", 'ad'],
    ["tags.team NOT ILIKE 'vision%'", 'b'],
    ["tags.team LIKE '_lp'", 'b'],
    ["run_name = 'run a' or status = 'FAILED'", 'a'],
    ["attributes.run_id IN ('a', 'b')", 'ab'],
    ["start_time >= '1970-01-02'", 'bc'],
    ["start_time < '1970-01-02T00:00:00Z'", 'a'],
    ['(metrics.loss < 1 AND (params.lr = 0.1 OR params.lr = 0.001)) and not metrics.loss = 0.1', 'b']
  ])('%s', (filter, runs) => {
    expect(found(filter)).toBe(runs);
  });

  it.each([
    ['metrics.loss <', 'Expected a number, or a text in quotes at the end.'],
    ['metrics.loss', 'Expected a comparison such as = or < at the end.'],
    ['metrics.loss < 1 metrics', 'Expected AND, OR or the end, found metrics.'],
    ["tags.team = 'a", "The quote at 'a is not closed."],
    ["tags.team < 'a'", 'Texts are compared with =, !=, LIKE, ILIKE, IN or BETWEEN, not with <.'],
    ["metrics.loss = 'a'", 'loss is compared with numbers.'],
    ['metrics.gone > 1', 'This table has no column metrics.gone.'],
    ['constructor.x > 1', 'This table has no column constructor.x.'],
    ['(metrics.loss > 1', 'Expected a closing bracket at the end.']
  ])('says what is wrong with %s', (filter, words) => {
    expect(() => found(filter)).toThrow(words);
  });

  it('takes no time for a pattern that is made to', () => {
    const long = table([column('tags.team', ['a'.repeat(3000), null, null, null])]);
    const start = performance.now();

    passing(long, [filterTest(`tags.team LIKE '${'%a'.repeat(60)}b'`, long)]);

    expect(performance.now() - start).toBeLessThan(500);
  });

  it('nested too deeply is an error, not an end', () => {
    expect(() => found(`${'('.repeat(20_000)}metrics.loss > 1`)).toThrow('nested too deeply');
  });
});

describe('words', () => {
  const words = (text: string) =>
    Array.from(passing(made, [wordsTest(text, made)]) ?? [], row => made.ids[row]).join('');

  it('are looked for in names, params and tags', () => {
    expect([words('vision'), words('RUN B'), words('auto finished'), words('nothing')]).toEqual(['ad', 'b', 'c', '']);
  });

  it('are no filter', () => {
    expect(['resnet', 'a b', 'metrics.loss > 1', "name LIKE 'a'"].map(isFilter)).toEqual([false, false, true, true]);
  });
});

describe("a column's own filter", () => {
  const own = (id: string, filter: object) => {
    const by = made.byId.get(id);
    return by && Array.from(passing(made, [columnTest(by, filter)]) ?? [], row => made.ids[row]).join('');
  };

  it('is a text to contain, or a range of numbers', () => {
    expect(own('tags.team', { text: 'vis' })).toBe('ad');
    expect(own('metrics.loss', { min: 0.2 })).toBe('b');
    expect(own('metrics.loss', { min: 0, max: 0.2 })).toBe('a');
    expect(own('params.lr', { max: 0.01 })).toBe('b');
  });
});
