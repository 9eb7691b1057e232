import { afterEach, describe, expect, it, vi } from 'vitest';
import { mount } from '../../src/views/run-table';
import { SourceError } from '../../src/views/source';
import { column, data, MadeSource } from './made';

const HOSTILE = '<img src=x onerror=alert(1)></script>\u202e"\'`{{7*7}}';
const METRICS = [
  column('metrics.loss', [0.3, 0.1, null, 0.2], { best: 'min' }),
  column('metrics.acc', [0.5, 0.7, 0.9, 0.6], { best: 'max' }),
  column('params.lr', ['0.1', '0.2', '0.1', '0.3']),
  column('params.epochs', ['9', '9', '9', '9'])
];
const stops: AbortController[] = [];

afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
  document.body.replaceChildren();
});

const settle = (ms = 0) => new Promise(resolve => setTimeout(resolve, ms));

async function show(source: MadeSource) {
  const el = document.createElement('div');
  const stop = new AbortController();
  document.body.append(el);
  stops.push(stop);
  mount(el, source, stop.signal);
  await settle(20);
  const all = (css: string) => [...el.querySelectorAll<HTMLElement>(css)];
  const grid = () => el.querySelector<HTMLElement>('[role=treegrid]') as HTMLElement;
  return {
    el,
    stop,
    all,
    grid,
    names: () => all('[role=row] .nbf-name').map(name => name.textContent),
    heads: () => all('[role=columnheader] .nbf-head-name bdi').map(head => head.textContent),
    row: (name: string) => all('[data-line]').find(row => row.textContent?.includes(name)) as HTMLElement,
    click: async (on: HTMLElement | undefined, keys: MouseEventInit = {}) => {
      on?.dispatchEvent(new MouseEvent('click', { bubbles: true, ...keys }));
      await settle(10);
    },
    press: async (key: string, keys: KeyboardEventInit = {}) => {
      grid().dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...keys }));
      await settle(10);
    }
  };
}

describe('the run table', () => {
  it('begins with the columns that differ, metrics before params', async () => {
    const { heads, el } = await show(new MadeSource(data(METRICS)));

    expect(heads()).toEqual(['run', 'status', 'acc', 'loss', 'lr']);
    expect(el.textContent).toContain('Same in all: epochs = 9');
    expect(el.textContent).toContain('4 runs: 4 finished');
  });

  it('marks the best value of a metric with a star', async () => {
    const { row } = await show(new MadeSource(data(METRICS)));

    expect(row('run b').textContent).toContain('★ 0.1');
    expect(row('run c').textContent).toContain('★ 0.9');
    expect(row('run a').textContent).not.toContain('★');
  });

  it('sorts as the state says, and says so to who cannot see', async () => {
    const source = new MadeSource(data(METRICS), { sort: [{ id: 'metrics.loss', desc: false }] });
    const { names, all } = await show(source);

    expect(names()).toEqual(['run b', 'run d', 'run a', 'run c']);
    expect(all('[aria-sort=ascending]').map(head => head.textContent)).toEqual([expect.stringContaining('loss')]);
  });

  it('tells Python which runs are selected, and shows those that Python selects', async () => {
    const source = new MadeSource(data(METRICS));
    const { row, click, all } = await show(source);

    await click(row('run b'));
    await click(row('run d'), { ctrlKey: true });

    expect(source.state.selected).toEqual(['b', 'd']);
    source.setState({ selected: ['a'] });
    await settle(10);
    expect(all('[aria-selected=true] .nbf-name').map(name => name.textContent)).toEqual(['run a']);
  });

  it('is used by keys', async () => {
    const source = new MadeSource(data(METRICS));
    const { press, names, grid } = await show(source);

    await press('ArrowDown');
    await press(' ');
    await press('ArrowDown', { shiftKey: true });
    expect(source.state.selected).toEqual(['b', 'c']);
    await press('a', { ctrlKey: true });
    expect(source.state.selected).toHaveLength(4);
    await press('Escape');
    expect(source.state.selected).toEqual([]);
    for (let i = 0; i < 5; i++) await press('ArrowUp');
    for (let i = 0; i < 3; i++) await press('ArrowRight');
    await press('Enter');
    expect(source.state.sort).toEqual([{ id: 'metrics.loss', desc: false }]);
    expect(names()[0]).toBe('run b');
    await press('ArrowLeft', { altKey: true });
    expect(source.state.order).toEqual(['tags.mlflow.runName', 'status', 'metrics.loss', 'metrics.acc', 'params.lr']);
    const cursor = document.getElementById(grid().getAttribute('aria-activedescendant') ?? '');
    expect(cursor?.textContent).toContain('loss');
  });

  it('filters by what stands in the state, here and without a kernel', async () => {
    const source = new MadeSource(data(METRICS), { filter: 'metrics.loss < 0.25' });
    source.mode = 'saved';
    const { names, el } = await show(source);

    expect(names()).toEqual(['run b', 'run d']);
    expect(el.textContent).toContain('2 of 4 runs');
  });

  it('asks Python for what the table does not know', async () => {
    const source = new MadeSource(
      data(METRICS),
      { filter: 'metrics.loss.min < 0.25' },
      { filter: () => ({ run_ids: ['c'] }) }
    );
    const { names } = await show(source);

    await settle(20);

    expect(source.asked).toContainEqual(['filter', { filter: 'metrics.loss.min < 0.25' }]);
    expect(names()).toEqual(['run c']);
  });

  it("shows Python's words for a filter that is wrong, and keeps the runs", async () => {
    const answers = {
      filter: () => {
        throw new SourceError('INVALID_FILTER', "Invalid entity type 'metrix'.");
      }
    };
    const { el, names } = await show(new MadeSource(data(METRICS), { filter: 'metrix.x < 1' }, answers));

    await settle(20);

    expect(el.querySelector('[role=alert]')?.textContent).toBe("Invalid entity type 'metrix'.");
    expect(names()).toHaveLength(4);
  });

  it('goes from saved to live and back as it is', async () => {
    const source = new MadeSource(data(METRICS), { sort: [{ id: 'metrics.acc', desc: true }], selected: ['c'] });
    source.mode = 'saved';
    const { names, all, el } = await show(source);
    const seen = () => [names(), all('[aria-selected=true]').length];
    const before = seen();
    const grid = el.querySelector('[role=treegrid]');

    for (const mode of ['live', 'saved'] as const) {
      source.mode = mode;
      source.changed();
      await settle(10);
      expect(seen()).toEqual(before);
    }
    expect(el.querySelector('[role=treegrid]')).toBe(grid);
  });

  it('shows new runs, and keeps what is selected', async () => {
    const source = new MadeSource(data([], 2), { selected: ['b'] });
    const { names, all } = await show(source);

    source.data = data([], 3);
    source.changed();
    await settle(10);

    expect(names()).toEqual(['run a', 'run b', 'run c']);
    expect(all('[aria-selected=true] .nbf-name').map(name => name.textContent)).toEqual(['run b']);
  });

  it('asks for the small curves of what is seen, once, in one go', async () => {
    const lines = { a: { loss: [3, 2, 1] } };
    const source = new MadeSource(data(METRICS), {}, { sparklines: () => ({ lines }) });
    const { all } = await show(source);

    await settle(400);

    expect(source.asked.filter(([method]) => method === 'sparklines')).toHaveLength(1);
    expect(all('.nbf-curve path')).toHaveLength(1);
  });

  it('deletes and takes it back', async () => {
    const allDone = ({ run_ids }: { run_ids: string[] }) => ({ done: run_ids, failed: [] });
    const source = new MadeSource(data(METRICS), { selected: ['a', 'b'] }, { delete: allDone, restore: allDone });
    const { all, click, el } = await show(source);

    await click(all('[aria-label^="Delete 2 runs"]')[0]);
    expect(el.textContent).toContain('Deleted 2 runs');
    await click(all('[aria-label=Undo]')[0]);

    const changes = source.asked.filter(([method]) => method === 'delete' || method === 'restore');
    expect(changes).toEqual([
      ['delete', { run_ids: ['a', 'b'] }],
      ['restore', { run_ids: ['a', 'b'] }]
    ]);
  });

  it('asks again for the curves that it got no answer for', async () => {
    const lines = { a: { loss: [3, 2, 1] } };
    let times = 0;
    const answers = {
      sparklines: () => {
        if (times++ === 0) throw new SourceError('INTERNAL_ERROR', 'not now');
        return { lines };
      }
    };
    const source = new MadeSource(data(METRICS), {}, answers);
    const { all } = await show(source);

    await settle(400);
    expect(all('.nbf-curve path')).toHaveLength(0);
    source.changed(); // which alone does not have it asked for
    await settle(400);
    expect(times).toBe(1);
    await settle(1800);

    expect(times).toBe(2);
    expect(all('.nbf-curve path')).toHaveLength(1);
  });

  it('shows the id of a run whose name nobody could see', async () => {
    const { columns } = data(METRICS);
    const names = ['run a', ' \u00a0\t', '', 'run d'];
    const shown = columns.map(each => (each.id === 'tags.mlflow.runName' ? column(each.id, names) : each));
    const { names: seen, all } = await show(new MadeSource({ columns: shown }));

    expect(seen()).toEqual(['run a', 'b', 'c', 'run d']);
    expect(all('.nbf-name.nbf-soft').map(name => name.textContent)).toEqual(['b', 'c']);
  });

  it('writes params with many digits short, and in full in their tips', async () => {
    const lr = column('params.lr', [0.30000000000000004, 0.00025, 123456789, 1e-7], { type: 'number' });
    const { all } = await show(new MadeSource(data([lr])));

    const cells = all('.nbf-cell [title]').filter(cell => /^[0-9.e-]+$/.test(cell.textContent ?? ''));
    expect(cells.map(cell => cell.textContent)).toEqual(['0.3', '0.00025', '123456789', '1e-7']);
    expect(cells[0]?.title).toBe('0.30000000000000004');
  });

  it('does not offer to group by the id of a parent', async () => {
    const parent = column('tags.mlflow.parentRunId', [null, 'a', 'a', 'b']);
    const { all, click, el } = await show(new MadeSource(data([...METRICS, parent])));

    await click(all('[aria-label="Group runs by a param"]')[0]);

    const items = [...el.ownerDocument.querySelectorAll('[role^=menuitem]')].map(item => item.textContent);
    expect(items).toContain('lr');
    expect(items).not.toContain('mlflow.parentRunId');
  });

  it('is live only while its store can be read', async () => {
    const source = new MadeSource({ ...data(METRICS), live: true });
    const { el } = await show(source);
    expect(el.querySelector('.nbf-footer')?.textContent).toContain('● live');

    source.data = { ...data(METRICS), live: true, notice: 'The store is gone.' };
    source.changed();
    await settle(20);

    expect(el.querySelector('.nbf-footer')?.textContent).not.toContain('live');
  });

  it('says in words what Python refuses', async () => {
    const answers = {
      delete: () => {
        throw new SourceError('PERMISSION_DENIED', 'You may not delete these runs.');
      }
    };
    const { press, el } = await show(new MadeSource(data(METRICS), { selected: ['a'] }, answers));

    await press('Delete');

    expect(el.querySelector('[role=alert]')?.textContent).toContain('You may not delete these runs.');
  });

  it('says which part was not done, and takes back the rest', async () => {
    const answers = { delete: () => ({ done: ['a'], failed: [{ run_id: 'b', message: 'Run b is locked.' }] }) };
    const source = new MadeSource(data(METRICS), { selected: ['a', 'b'] }, answers);
    const { press, all, click, el } = await show(source);

    await press('Delete');
    expect(el.querySelector('[role=alert]')?.textContent).toContain('Deleted 1 run. Run b is locked.');
    await click(all('[aria-label=Undo]')[0]);

    expect(source.asked).toContainEqual(['restore', { run_ids: ['a'] }]);
  });

  it('says what there is to say about the store', async () => {
    const { el } = await show(new MadeSource({ ...data(METRICS), notice: 'The store is gone.' }));

    expect(el.querySelector('[role=alert]')?.textContent).toBe('The store is gone.');
  });

  it('renames in place', async () => {
    const source = new MadeSource(data(METRICS));
    const { press, el } = await show(source);

    await press('F2');
    const input = el.querySelector<HTMLInputElement>('.nbf-inline-edit') as HTMLInputElement;
    input.value = 'better';
    input.dispatchEvent(new Event('input', { bubbles: true }));
    await settle(10);
    input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    await settle(10);

    expect(source.asked).toContainEqual(['rename', { run_id: 'a', name: 'better' }]);
  });

  it('copies what is selected as text for spreadsheets', async () => {
    const write = vi.fn(async () => undefined);
    vi.stubGlobal('navigator', { ...navigator, clipboard: { writeText: write } });
    const { press } = await show(new MadeSource(data(METRICS), { selected: ['b'] }));

    await press('c', { ctrlKey: true });

    expect(write).toHaveBeenCalledWith(
      'run\tstatus\tmetrics.acc\tmetrics.loss\tparams.lr\nrun b\tFINISHED\t0.7\t0.1\t0.2'
    );
    vi.unstubAllGlobals();
  });
});

describe('bad input', () => {
  it('is shown as the text that it is', async () => {
    const columns = [
      column(`metrics.${HOSTILE}`, [1, 2, 3, 4]),
      column('params.x', [HOSTILE, 'javascript:alert(1)', 'x'.repeat(100_000), '🦊 مرحبا']),
      column('tags.mlflow.parentRunId', [HOSTILE, 'a', null, null])
    ];
    const made = data(columns);
    made.columns[1] = column('tags.mlflow.runName', [HOSTILE, '', null, '\u202eabc']);
    const { el } = await show(new MadeSource(made, { group: HOSTILE, filter: '', layout: HOSTILE }));

    expect(el.querySelector('img, script, a, iframe')).toBeNull();
    expect(el.textContent).toContain('<img src=x onerror=alert(1)></script>\\u202e');
    expect(el.innerHTML.length).toBeLessThan(60_000);
  });

  it.each([
    ['nothing', null],
    ['a number', 7],
    ['no columns', {}],
    ['columns that are none', { columns: [1] }],
    ['another version', { columns: [{ id: 'a', values: { v2: [] } }] }],
    ['lengths that differ', { columns: [column('run_id', ['a']), column('metrics.x', [1, 2])] }]
  ])('that is %s is a plain message', async (_, bad) => {
    const { el } = await show(new MadeSource(bad));

    expect(el.textContent).toContain('This table of runs cannot be shown.');
  });

  it('of no runs says how to log one', async () => {
    const { el } = await show(new MadeSource(data([], 0)));

    expect(el.textContent).toContain('No runs');
    expect(el.textContent).toContain('nbflow.log_metric');
  });

  it('of one run shows all it has, without a best', async () => {
    const { heads, el } = await show(
      new MadeSource(data([column('metrics.loss', [1], { best: 'min' }), column('params.lr', ['1'])], 1))
    );

    expect(heads()).toEqual(['run', 'status', 'loss', 'lr']);
    expect(el.textContent).not.toContain('★');
  });

  it('of 5,000 columns shows some of them', async () => {
    const columns = Array.from({ length: 5000 }, (_, i) => column(`metrics.m${i}`, [i, 1, 2, 3]));
    const { heads, el } = await show(new MadeSource(data(columns)));

    expect(heads().length).toBeLessThan(30);
    expect(el.querySelector('[role=treegrid]')?.getAttribute('aria-colcount')).toBe('62');
  });

  it('in the state is as if nobody had said it', async () => {
    const bad = {
      sort: [{ id: 5 }],
      filter: 7,
      column_filters: 'x',
      order: {},
      widths: { a: -1 },
      selected: 'a',
      group: []
    };
    const { names } = await show(new MadeSource(data(METRICS), bad as never));

    expect(names()).toHaveLength(4);
  });

  it('is gone with the view', async () => {
    const { el, stop } = await show(new MadeSource(data(METRICS)));

    stop.abort();

    expect(el.childElementCount).toBe(0);
  });
});
