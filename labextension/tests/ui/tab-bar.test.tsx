import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { keyOf, type Place } from '../../src/pages/routes';
import { TabBar } from '../../src/ui/tab-bar';
import { NO_TABS, opened } from '../../src/ui/tabs';

const STORE = '0123456789abcdef';
const A: Place = { page: 'model', store: STORE, name: 'a' };
const B: Place = { page: 'model', store: STORE, name: '<b>b</b>' };

let el: HTMLElement;
const told = { show: vi.fn(), close: vi.fn(), move: vi.fn() };

beforeEach(() => {
  vi.clearAllMocks();
  el = document.createElement('div');
  document.body.append(el);
  act(() =>
    render(
      <TabBar
        tabs={opened(opened(NO_TABS, A), B)}
        titleOf={place => (place.page === 'model' ? place.name : 'Start')}
        onShow={told.show}
        onClose={told.close}
        onMove={told.move}
      />,
      el
    )
  );
});

afterEach(() => {
  render(null, el);
  el.remove();
});

const links = () => [...el.querySelectorAll('a')];
const press = (at: number, key: string, more: KeyboardEventInit = {}) =>
  links()[at]?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, ...more }));

describe('the bar of tabs', () => {
  it('has links, one of which is seen', () => {
    expect(links().map(link => link.textContent)).toEqual(['Start', 'a', '<b>b</b>']);
    expect(links().map(link => link.getAttribute('aria-current'))).toEqual([null, null, 'page']);
    expect(links()[1]?.getAttribute('href')).toBe(keyOf(A));
  });

  it('shows and closes by the mouse', () => {
    links()[1]?.click();
    expect(told.show).toHaveBeenCalledWith(A);

    el.querySelector<HTMLElement>('[aria-label="Close: a"]')?.click();
    links()[2]?.dispatchEvent(new MouseEvent('auxclick', { button: 1, bubbles: true }));
    links()[0]?.dispatchEvent(new MouseEvent('auxclick', { button: 1, bubbles: true })); // the start stays
    expect(told.close.mock.calls).toEqual([[keyOf(A)], [keyOf(B)]]);
  });

  it('moves and closes by keys', () => {
    links()[1]?.focus();
    press(1, 'ArrowRight');
    expect(document.activeElement).toBe(links()[2]);

    press(2, 'ArrowLeft', { shiftKey: true });
    press(2, 'Delete');
    press(0, 'Delete');

    expect(told.move.mock.calls).toEqual([[keyOf(B), -1]]);
    expect(told.close.mock.calls).toEqual([[keyOf(B)]]);
  });
});
