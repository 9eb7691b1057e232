import { describe, expect, it } from 'vitest';
import { keyOf, type Place } from '../../src/pages/routes';
import { firstTabs, readTabs, savedTabs } from '../../src/ui/state';
import { beside, closed, currentOf, moved, NO_TABS, opened, START, type Tabs } from '../../src/ui/tabs';

const STORE = '0123456789abcdef';

function model(name: string): Place {
  return { page: 'model', store: STORE, name };
}

function tabs(...names: string[]): Tabs {
  return names.reduce((all, name) => opened(all, model(name)), NO_TABS);
}

function names({ open }: Tabs): string[] {
  return open.map(place => (place.page === 'model' ? place.name : place.page));
}

describe('tabs', () => {
  it('open beside the one that is seen, each page once', () => {
    const three = opened(tabs('a', 'b'), model('a'));
    const four = opened(three, model('c'));

    expect(names(four)).toEqual(['a', 'c', 'b']);
    expect(names(opened(four, model('b')))).toEqual(['a', 'c', 'b']);
    expect(currentOf(opened(four, model('b')))).toEqual(model('b'));
  });

  it('take another filter into the one that is open', () => {
    const plain: Place = { page: 'experiment', store: STORE, experiment_id: '1' };
    const filtered: Place = { ...plain, filter: 'metrics.loss < 1' };

    expect(opened(opened(NO_TABS, plain), filtered).open).toEqual([filtered]);
  });

  it('close to the one that was seen before', () => {
    const all = opened(opened(tabs('a', 'b', 'c'), model('a')), model('b'));

    const after = closed(all, keyOf(model('b')));

    expect(names(after)).toEqual(['a', 'c']);
    expect(currentOf(after)).toEqual(model('a'));
  });

  it('that are not seen close without a change of the view', () => {
    expect(currentOf(closed(tabs('a', 'b'), keyOf(model('a'))))).toEqual(model('b'));
  });

  it('leave the start page when the last one closes', () => {
    expect(currentOf(closed(tabs('a'), keyOf(model('a'))))).toBe(START);
  });

  it('are moved among each other, and not out of the bar', () => {
    const all = tabs('a', 'b', 'c');
    expect(names(moved(all, keyOf(model('a')), 1))).toEqual(['b', 'a', 'c']);
    expect(moved(all, keyOf(model('a')), -1)).toBe(all);
  });

  it('are gone through round and round, with the start page among them', () => {
    const all = tabs('a', 'b');
    expect(beside(all, 1)).toBe(keyOf(START));
    expect(beside({ ...all, current: keyOf(START) }, -1)).toBe(keyOf(model('b')));
  });

  it('are never more than somebody can find something in: the one that was not seen for long goes', () => {
    let all = tabs('first');
    for (let n = 0; n < 40; n++) all = opened(all, model(`m${n}`));

    expect(all.open).toHaveLength(30);
    expect(names(all)).not.toContain('first');
    expect(currentOf(all)).toEqual(model('m39'));
  });
});

describe('tabs that were kept', () => {
  it('are there again', () => {
    const all = opened(tabs('a', 'b', 'c'), model('b'));
    expect(readTabs(JSON.parse(JSON.stringify(savedTabs(all))))).toEqual(all);
  });

  it.each([null, 'tabs', {}, { open: 3 }, { open: ['#/x', null, '#/'], current: 7, seen: {} }])(
    'are none where they are damaged: %j',
    kept => {
      expect(readTabs(kept)).toEqual(NO_TABS);
    }
  );

  it('are joined by the page of the address', () => {
    const kept = savedTabs(tabs('a'));
    expect(currentOf(firstTabs(kept, keyOf(model('b'))))).toEqual(model('b'));
    expect(currentOf(firstTabs(kept, ''))).toEqual(model('a'));
    expect(currentOf(firstTabs(kept, '#/'))).toEqual(model('a'));
    expect(currentOf(firstTabs(kept, '#/nonsense'))).toEqual(model('a'));
  });
});
