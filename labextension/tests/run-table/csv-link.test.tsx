/** Where a server has the whole table as CSV, it is a link: texts that are cut in the page are whole there. */
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { mount } from '../../src/views/run-table';
import type { TableState } from '../../src/views/run-table/state';
import { column, data, MadeSource } from './made';

let el: HTMLElement;
let life: AbortController;
let saved: string[];

beforeEach(() => {
  el = document.createElement('div');
  document.body.append(el);
  life = new AbortController();
  saved = [];
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    saved.push(this.href);
  });
});

afterEach(() => {
  act(() => life.abort());
  el.remove();
});

function save(state: Partial<TableState>, csvUrl?: string): void {
  const source = Object.assign(new MadeSource(data([column('metrics.loss', [1, 2, 3, 4])]), state), { csvUrl });
  act(() => mount(el, source, life.signal));
  act(() => el.querySelector<HTMLButtonElement>('button[aria-label="More"]')?.click());
  const items = [...document.querySelectorAll<HTMLElement>('[role^="menuitem"]')];
  act(() => items.find(item => item.textContent?.includes('with all columns'))?.click());
}

it('is followed for all runs', () => {
  save({}, 'http://server/table.csv?a=b');

  expect(saved).toEqual(['http://server/table.csv?a=b']);
});

it.each([
  ['the runs that are selected', { selected: ['a'] }, 'http://server/table.csv'],
  ['the runs that pass the filter', { filter: 'metrics.loss < 2' }, 'http://server/table.csv'],
  ['all runs, where there is no server', {}, undefined]
])('is not followed for %s', (_, state, csvUrl) => {
  save(state, csvUrl);

  expect(saved).toEqual([expect.stringMatching(/^blob:/)]);
});
