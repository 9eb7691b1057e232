/** The panel in a page of its own, and hands to use it with. */

import { mountPanel, type PanelOptions } from '../../src/panel';
import type { Shell } from '../../src/shell';
import type { FakeServer } from './fake-api';

const stops: AbortController[] = [];
const SETTLED = '.nbf-part-runs :is([role=option], .nbf-nothing, [role=alert]), .nbf-first, [role=alert]';

export function clear(): void {
  for (const stop of stops.splice(0)) stop.abort();
  document.body.replaceChildren();
}

const wait = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

/** No test takes as long: a busy machine is waited for. */
const LONGEST_MS = 4000;

/**
 * Waits, and then until nothing is drawn any more.
 *
 * It counts turns, not time: where the machine is busy with something else, time passes in which nothing can be drawn.
 * Effects run up to 35 ms after what they belong to was drawn.
 */
export async function settle(ms = 15): Promise<void> {
  let quiet = 0;
  const observer = new MutationObserver(() => {
    quiet = 0;
  });
  observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  await wait(ms);
  for (const end = Date.now() + LONGEST_MS; quiet < 5 && Date.now() < end; quiet++) await wait(10);
  observer.disconnect();
}

export async function show(server: FakeServer, shell: Partial<Shell> = {}, options: PanelOptions = {}) {
  const el = document.createElement('div');
  const stop = new AbortController();
  document.body.append(el);
  stops.push(stop);
  mountPanel(el, server.services(shell), stop.signal, options);
  for (const end = Date.now() + LONGEST_MS; !el.querySelector(SETTLED) && Date.now() < end; ) await wait(10);
  await settle();
  const all = (css: string) => [...el.querySelectorAll<HTMLElement>(css)];
  const part = (name: string) => el.querySelector<HTMLElement>(`.nbf-part-${name}`) as HTMLElement;
  const list = (name: string) => part(name).querySelector<HTMLElement>('[role=listbox], [role=tree]') as HTMLElement;
  const lines = (name: string) => [...part(name).querySelectorAll<HTMLElement>('[role=option], [role=treeitem]')];
  const named = (text: string) =>
    all('button').find(button => (button.getAttribute('aria-label') ?? '').startsWith(text)) as HTMLElement;
  return {
    el,
    stop,
    all,
    part,
    list,
    lines,
    texts: (name: string) => lines(name).map(line => line.querySelector('.nbf-line-name')?.textContent),
    line: (name: string, text: string) => lines(name).find(each => each.textContent?.includes(text)) as HTMLElement,
    selected: (name: string) =>
      lines(name)
        .filter(line => line.ariaSelected === 'true' || line.getAttribute('aria-selected') === 'true')
        .map(line => line.querySelector('.nbf-line-name')?.textContent),
    items: () => all('.nbf-menu-item').map(item => item.querySelector('.nbf-menu-label')?.textContent),
    button: named,
    click: async (on: Element | null | undefined, keys: MouseEventInit = {}) => {
      on?.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true, ...keys }));
      await settle();
    },
    press: async (on: Element | null | undefined, key: string, keys: KeyboardEventInit = {}) => {
      on?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...keys }));
      await settle();
    },
    menu: async (on: Element | null | undefined) => {
      on?.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX: 5, clientY: 5 }));
      await settle();
    },
    choose: async (text: string) => {
      all('.nbf-menu-item')
        .find(item => item.textContent?.includes(text))
        ?.click();
      await settle();
    },
    type: async (on: Element | null | undefined, text: string, ms = 340) => {
      const input = on as HTMLInputElement;
      input.value = text;
      input.setSelectionRange(text.length, text.length);
      input.dispatchEvent(new InputEvent('input', { bubbles: true }));
      await settle(ms);
    }
  };
}
