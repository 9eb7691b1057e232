import { render } from 'preact';
import { act } from 'preact/test-utils';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type Around, RunTable } from '../../src/views/run-table';
import { column, data, MadeSource } from './made';

const el = document.createElement('div');

function draw(around: Around, source = new MadeSource(data([column('metrics.loss', [4, 3, 2, 1])]))): MadeSource {
  document.body.append(el);
  act(() => render(<RunTable source={source} around={around} />, el));
  return source;
}

afterEach(() => {
  act(() => render(null, el));
  el.remove();
});

describe('a table in a page', () => {
  it('opens a run by its name, and by Enter', () => {
    const open = vi.fn();
    draw({ open });

    act(() => el.querySelectorAll<HTMLElement>('.nbf-name')[1]?.click());
    const grid = el.querySelector<HTMLElement>('[role="treegrid"]');
    act(() => {
      grid?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }));
      grid?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    });

    expect(open.mock.calls).toEqual([['b'], ['c']]);
  });

  it('tells which runs are shown, in their order', async () => {
    const shown = vi.fn();
    const source = draw({ shown });
    expect(shown).toHaveBeenLastCalledWith(['a', 'b', 'c', 'd']);

    await act(async () => source.setState({ sort: [{ id: 'metrics.loss', desc: false }] }));

    expect(shown).toHaveBeenLastCalledWith(['d', 'c', 'b', 'a']);
  });

  it('offers no changes where the runs may be looked at only', () => {
    draw({ fixed: true }, new MadeSource(data(), { selected: ['a'] }));
    expect(el.querySelector('[aria-label^="Delete"], [aria-label^="Rename"], [aria-label^="Tag"]')).toBeNull();
  });

  it('takes runs out of the trash', async () => {
    const source = new MadeSource(
      data(),
      { selected: ['a', 'b'] },
      { restore: () => ({ done: ['a', 'b'], failed: [] }) }
    );
    draw({ trash: true }, source);

    await act(async () => el.querySelector<HTMLElement>('[aria-label="Restore 2 runs"]')?.click());

    await act(async () => new Promise(resolve => setTimeout(resolve, 0)));

    expect(source.asked).toContainEqual(['restore', { run_ids: ['a', 'b'] }]);
    expect(source.state.selected).toEqual([]);
    expect(el.textContent).toContain('Restored 2 runs');
  });

  it('has words of the page where there are no runs', () => {
    draw({ empty: <p>nothing in the trash</p> }, new MadeSource(data([], 0)));
    expect(el.textContent).toBe('nothing in the trash');
  });
});
