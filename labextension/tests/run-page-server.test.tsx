/** What a page of a run has where a server answers: links to files, and what its host offers. */
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { mount } from '../src/views/run-page';
import type { Offers, PageState } from '../src/views/run-page/data';
import { FakeSource, HOSTILE } from './model-card-source';

let el: HTMLElement;
let life: AbortController;

beforeEach(() => {
  el = document.createElement('div');
  document.body.append(el);
  life = new AbortController();
});

afterEach(() => {
  act(() => life.abort());
  el.remove();
});

const data = (more: object = {}) => ({
  run: { run_id: 'r1', name: 'keen-fox', status: 'FINISHED' },
  models: [{ path: HOSTILE, flavors: 'sklearn', code: '' }],
  artifacts: { folders: { '': [{ path: HOSTILE, is_dir: false, size: 5 }] } },
  ...more
});

async function show(given: object, offers: Offers = {}): Promise<FakeSource<unknown, PageState>> {
  const source = new FakeSource<unknown, PageState>(given, { artifact: HOSTILE });
  source.answer = () => ({ kind: 'none', why: 'a file' });
  Object.assign(source, { offers, answerer: 'server', fileUrl: (path: string) => `http://server/${encodeURI(path)}` });
  await act(async () => mount(el, source, life.signal));
  return source;
}

const button = (text: string) => [...el.querySelectorAll('button')].find(each => each.textContent === text);

describe('what a model is registered as', () => {
  const model = { path: 'm', flavors: '', registered: 'wine 4 @best', code: '' };
  const versions = [{ name: HOSTILE, version: 4, aliases: ['best'] }];

  it('leads to the version where the host can show it', async () => {
    const openVersion = vi.fn();
    await show(data({ models: [{ ...model, versions }] }), { openVersion });

    act(() => el.querySelector<HTMLButtonElement>('.nbf-model .nbf-link')?.click());

    expect(openVersion).toHaveBeenCalledExactlyOnceWith(versions[0]);
    expect(el.querySelector('.nbf-model img')).toBeNull();
  });

  it('is text elsewhere, and in pages of older versions', async () => {
    await show(data({ models: [model] }), { openVersion: vi.fn() });

    expect(el.textContent).toContain('registered as wine 4 @best');
    expect(el.querySelector('.nbf-model .nbf-link')).toBeNull();
  });
});

describe('a file', () => {
  it('is downloaded by a link, and not asked for', async () => {
    const source = await show(data());
    const link = el.querySelector<HTMLAnchorElement>('a[download]');

    expect(link?.href).toBe(`http://server/${encodeURI(HOSTILE)}`);
    expect(link?.getAttribute('aria-label')).toBe('Download');
    expect(source.asked.map(([method]) => method)).not.toContain('file');
  });
});

describe('what the host offers', () => {
  it('is done at a click', async () => {
    const offers = { cameFrom: vi.fn(), register: vi.fn() };
    await show(data(), offers);

    button('Where it came from')?.click();
    button('Register the model')?.click();

    expect(offers.cameFrom).toHaveBeenCalledOnce();
    expect(offers.register).toHaveBeenCalledExactlyOnceWith(HOSTILE);
  });

  it('has no button where it is nothing', async () => {
    await show(data());

    expect([button('Where it came from'), button('Register the model')]).toEqual([undefined, undefined]);
  });

  it('is no model of a run in the trash', async () => {
    await show(data({ run: { run_id: 'r1', deleted: true } }), { register: vi.fn() });

    expect(button('Register the model')).toBeUndefined();
  });
});

it('says that server and page do not fit, and not that a cell is to be run', async () => {
  await show({});

  expect(el.textContent).toContain('load the page anew');
});
