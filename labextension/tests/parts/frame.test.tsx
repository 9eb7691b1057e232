import { describe, expect, it } from 'vitest';
import { view } from '../../src/views/parts/frame';
import { MadeSource } from '../run-table/made';

describe('the frame of a view', () => {
  it("keeps JupyterLab's keys off what has the focus", async () => {
    const el = document.createElement('div');
    document.body.append(el);
    const stop = new AbortController();
    view('view', 'made', () => <button type="button">x</button>)(el, new MadeSource({}), stop.signal);

    const button = el.querySelector('button') as HTMLButtonElement;
    button.dispatchEvent(new FocusEvent('focusin', { bubbles: true }));

    expect(button.hasAttribute('data-lm-suppress-shortcuts')).toBe(true);
    stop.abort();
    el.remove();
  });

  it('shows plain words in place of what fails', async () => {
    const el = document.createElement('div');
    const fail = () => {
      throw new Error('no such thing');
    };

    view('table', 'made', fail)(el, new MadeSource({}), new AbortController().signal);

    await new Promise(resolve => setTimeout(resolve));
    expect(el.textContent).toContain('This table cannot be shown.');
  });
});
