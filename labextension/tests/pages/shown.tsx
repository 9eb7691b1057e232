/** Pages over a fake server. */

import { act } from 'preact/test-utils';
import { mountPage, type Page } from '../../src/pages/page';
import type { PageRef, Shell } from '../../src/shell';
import { json, settled } from '../api/fake-server';
import { at, made, STORE } from '../api/made';

export const INFO = {
  id: STORE,
  name: 'lab',
  path: '/home/ada/lab/nbruns',
  exists: true,
  permission: 'MANAGE',
  readable: true,
  problem: null
};

export interface Shown {
  readonly el: HTMLElement;
  readonly page: Page;
  readonly opened: PageRef[];
  readonly life: AbortController;
  readonly server: ReturnType<typeof made>['server'];
}

/** Draws a page; `prepare` says what the server answers. */
export async function shown(
  ref: PageRef,
  prepare: (server: Shown['server']) => void = () => undefined,
  { readOnly = false, shell = {} }: { readOnly?: boolean; shell?: Partial<Shell> } = {}
): Promise<Shown> {
  const { api, server, state } = made();
  server.on('GET /server', () =>
    json({ version: '0.1.0', read_only: readOnly, open_stores: false, user: { name: 'ada' }, alone: true })
  );
  server.on('GET /stores', () => json({ stores: [INFO] }));
  server.on(`GET ${at('/runs')}`, () => json({ columns: [], n_rows: 0, n_found: 0, next_page_token: null }));
  prepare(server);
  const el = document.createElement('div');
  document.body.append(el);
  const opened: PageRef[] = [];
  const life = new AbortController();
  const whole: Shell = {
    open: opening => opened.push(opening),
    insert: null,
    dragStart: null,
    openNotebook: null,
    notebookFolder: () => null,
    onNotebookChanged: () => () => undefined,
    ...shell
  };
  let page: Page | undefined;
  await act(async () => {
    page = mountPage(el, ref, { api, state, shell: whole }, life.signal);
  });
  await settle();
  life.signal.addEventListener('abort', () => {
    api.dispose();
    el.remove();
  });
  return { el, page: page as Page, opened, life, server };
}

/** A control by what it is called. */
export function control<E extends HTMLElement = HTMLButtonElement>(within: ParentNode, label: string): E {
  const found = within.querySelector<E>(`[aria-label="${label}"], [title="${label}"]`);
  if (!found) throw new Error(`there is no “${label}”`);
  return found;
}

export async function click(el: HTMLElement): Promise<void> {
  await act(async () => el.click());
  await settle();
}

/** Lets what was drawn ask, and draws what was answered, which may ask again. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await act(settled);
}

export async function type(el: HTMLInputElement | HTMLTextAreaElement, text: string): Promise<void> {
  await act(async () => {
    el.value = text;
    el.dispatchEvent(new Event('input', { bubbles: true }));
  });
}
