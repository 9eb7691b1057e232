import { describe, expect, it } from 'vitest';
import { readRuns, readStore, withRecent, withStar } from '../../src/panel/kept';
import { onListKey } from '../../src/panel/list-keys';
import { filtersOf } from '../../src/panel/run-items';
import { shortPath } from '../../src/panel/short-path';
import { among, and, filterOf } from '../../src/panel/words';
import { parseFilter } from '../../src/views/run-table/grammar';

describe('what is typed into a search', () => {
  it('is a filter where it compares, and else words of which each must be there', () => {
    expect(filterOf(' metrics.loss < 1 ', ['run_name'])).toBe('metrics.loss < 1');
    expect(filterOf('two words', ['name'])).toBe("name ILIKE '%two%' AND name ILIKE '%words%'");
    expect(filterOf('ab', ['run_name'], ['run_id'])).toBe("(run_name ILIKE '%ab%' OR run_id LIKE 'ab%')");
    expect(filterOf('  ', ['name'])).toBe('');
  });

  it('is not finished where it is the beginning of a key', () => {
    expect(filterOf('metrics.lo', ['run_name'])).toBeNull();
    expect(filterOf('notes.v2', ['run_name'])).not.toBeNull();
  });

  it.each(["it's", 'say "hi"', `both '"`, '100%', '(', 'a\\b', 'ü☃'])('is a filter that can be read: %s', typed => {
    expect(() => parseFilter(filterOf(typed, ['run_name'], ['run_id']) ?? '')).not.toThrow();
  });

  it('stands first among the clauses that are added, so that its places move by one bracket', () => {
    expect(and('a = 1 OR b = 2', among(['x', 'y'], false))).toBe("(a = 1 OR b = 2) AND (run_id NOT IN ('x', 'y'))");
    expect(and('', 'b = 2')).toBe('b = 2');
  });
});

describe('stars', () => {
  it('divide the list, or make it shorter', () => {
    const starred = ['x'];
    expect(filtersOf({ filter: '', stars: 'off', starred })).toEqual(['']);
    expect(filtersOf({ filter: '', stars: 'first', starred })).toEqual(["run_id IN ('x')", "run_id NOT IN ('x')"]);
    expect(filtersOf({ filter: '', stars: 'only', starred })).toEqual(["run_id IN ('x')"]);
    expect(filtersOf({ filter: '', stars: 'only', starred: [] })).toEqual([]);
  });

  it('are given and taken away, and never grow without end', () => {
    expect(withStar(['a'], ['b'], true)).toEqual(['a', 'b']);
    expect(withStar(['a', 'b'], ['a'], false)).toEqual(['b']);
    expect(withStar(Array.from({ length: 400 }, String), ['x'], true)).toHaveLength(300);
  });
});

describe('what is kept', () => {
  it.each([undefined, null, 7, 'text', [], { filter: 1, sort: 'x', metrics: [1, 'a', 'b', 'c'], stars: 'all' }])(
    'is read whatever it is: %j',
    found => {
      expect(readRuns(found).sort).toEqual({ key: 'start_time', desc: true });
      expect(readRuns(found).metrics.length).toBeLessThan(3);
      expect(readStore(found)).toMatchObject({ chosen: null, follows: true });
    }
  );

  it('names the stores that were open last, each once', () => {
    const a = { id: 'a', name: 'a', path: '/a' };
    const b = { id: 'b', name: 'b', path: '/b' };

    expect(withRecent(withRecent(withRecent([], a), b), a)).toEqual([a, b]);
  });
});

describe('a path', () => {
  it('is shown by its end', () => {
    expect(shortPath('/home/ada/nbruns', 34)).toBe('/home/ada/nbruns');
    expect(shortPath('/home/ada/projects/a-long-one/vision/nbruns', 24)).toBe('…/vision/nbruns');
    expect(shortPath('C:\\Users\\ada\\projects\\vision\\nbruns', 22)).toBe('…\\vision\\nbruns');
    expect(shortPath(`/${'x'.repeat(90)}`, 24).length).toBeLessThan(25);
  });
});

describe('keys of a list', () => {
  const press = (key: string, at: number, more: Partial<KeyboardEvent> = {}) => {
    const done: unknown[] = [];
    const event = { key, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, ...more };
    const to = onListKey(event, at, 10, 4, {
      select: (index, how) => done.push([how, index]),
      selectAll: () => done.push('all'),
      selectNone: () => done.push('none'),
      open: index => done.push(['open', index]),
      fold: {
        isOpen: index => (index === 2 ? true : index === 3 ? false : null),
        above: () => 2,
        set: (i, o) => done.push([i, o])
      }
    });
    return [to, ...done];
  };

  it('move within it', () => {
    expect(press('ArrowDown', 9)).toEqual([9]);
    expect(press('ArrowUp', 0)).toEqual([0]);
    expect(press('PageDown', 1)).toEqual([5]);
    expect(press('End', 1)).toEqual([9]);
    expect(press('ArrowDown', 1, { shiftKey: true })).toEqual([2, ['range', 2]]);
  });

  it('fold branches, and go into and out of them', () => {
    expect(press('ArrowRight', 3)).toEqual([3, [3, true]]);
    expect(press('ArrowRight', 2)).toEqual([3]);
    expect(press('ArrowLeft', 2)).toEqual([2, [2, false]]);
    expect(press('ArrowLeft', 5)).toEqual([2]);
  });

  it('leave others to the page', () => {
    expect(press('x', 1)).toEqual([null]);
    expect(press('ArrowDown', 1, { altKey: true })).toEqual([null]);
    expect(press('r', 1, { ctrlKey: true })).toEqual([null]);
  });
});
