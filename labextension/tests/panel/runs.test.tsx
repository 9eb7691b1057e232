import { afterEach, describe, expect, it } from 'vitest';
import { ApiError } from '../../src/api/errors';
import { experiment, FakeServer, run } from './fake-api';
import { clear, settle, show } from './shown';

afterEach(clear);

const KEY = 'panel.s1.runs.1';

describe('runs', () => {
  it('are those of the chosen experiment, the newest first', async () => {
    const { texts, part } = await show(new FakeServer());

    expect(texts('runs')).toEqual(['run 1', 'run 2', 'run 3']);
    expect(part('runs').querySelector('h2')?.textContent).toBe('Runsirises3');
  });

  it('arrive by themselves; cursor and focus stay on their run', async () => {
    const server = new FakeServer();
    const { list, press, texts, part } = await show(server);
    list('runs').focus();
    await press(list('runs'), 'ArrowDown');

    server.store.runsHere = [run(0), ...server.store.runsHere];
    server.store.tell({ runs: ['run0'], experiments: false, models: false });
    await settle(60);

    expect(texts('runs')).toEqual(['run 0', 'run 1', 'run 2', 'run 3']);
    expect(document.activeElement).toBe(list('runs'));
    const at = document.getElementById(list('runs').getAttribute('aria-activedescendant') ?? '');
    expect(at?.textContent).toContain('run 2');
    expect(part('runs').querySelector('.nbf-heard')?.textContent).toBe('1 new run');
  });

  it('may be fewer or more by another filter, of which nothing is said', async () => {
    const server = new FakeServer();
    server.kept.set(KEY, { filter: 'run 2' });
    const { part, type } = await show(server);

    await type(part('runs').querySelector('input'), '');

    expect(part('runs').querySelector('.nbf-heard')?.textContent).toBe('');
  });

  it('are selected by clicks with Ctrl and Shift', async () => {
    const { click, line, selected } = await show(new FakeServer());

    await click(line('runs', 'run 1'));
    await click(line('runs', 'run 3'), { ctrlKey: true });
    expect(selected('runs')).toEqual(['run 1', 'run 3']);
    await click(line('runs', 'run 1'));
    await click(line('runs', 'run 2'), { shiftKey: true });

    expect(selected('runs')).toEqual(['run 1', 'run 2']);
  });

  it('are selected and compared by keys', async () => {
    const server = new FakeServer();
    const { list, press, selected } = await show(server);
    const runs = list('runs');

    await press(runs, ' ');
    await press(runs, 'ArrowDown', { shiftKey: true });
    expect(selected('runs')).toEqual(['run 1', 'run 2']);
    await press(runs, 'Enter');
    await press(runs, 'Escape');
    await press(runs, 'Enter');

    expect(server.opened).toEqual([
      { page: 'compare', store: 's1', run_ids: ['run1', 'run2'] },
      { page: 'run', store: 's1', run_id: 'run2' }
    ]);
  });

  it('are all selected by Ctrl A, with those that are not loaded', async () => {
    const server = new FakeServer();
    server.store.runsHere = Array.from({ length: 450 }, (_, i) => run(i));
    const { el, list, press } = await show(server);

    await press(list('runs'), 'a', { ctrlKey: true });
    await settle(20);

    expect(el.querySelector('.nbf-runs-picked')?.textContent).toBe('450 selected');
  });

  it('are asked for page by page as somebody scrolls', async () => {
    const server = new FakeServer();
    server.store.runsHere = Array.from({ length: 10_000 }, (_, i) => run(i));
    server.store.experimentsHere = [experiment('1', 'irises', { runs: 10_000 })];
    const { el, list, press, lines } = await show(server);

    const first = server.store.all('runs').at(-1)?.[0];
    expect(first).toMatchObject({ max_results: 200, page_token: null });
    expect(lines('runs').length).toBeLessThan(60);
    expect(el.textContent).toContain('10,000');
    expect(server.store.all('runs').every(([query]) => (query as { page_token: unknown }).page_token === null)).toBe(
      true
    );
    await press(list('runs'), 'End');

    expect(list('runs').getAttribute('aria-activedescendant')).toMatch(/-9999$/);
  });

  it('are filtered by words as by the grammar; what is unfinished leaves what was', async () => {
    const server = new FakeServer();
    const { part, type, texts } = await show(server);
    const field = part('runs').querySelector('input');
    const last = () => (server.store.all('runs').at(-1) as [{ filter: string }])[0].filter;

    await type(field, 'run 2');
    await settle(40);
    expect(texts('runs')).toEqual(['run 2']);
    await type(field, 'metrics.');
    expect(last()).toContain('ILIKE');
    await type(field, 'metrics.loss < 0.5');

    expect(last()).toBe('metrics.loss < 0.5');
    expect(server.kept.get(KEY)).toMatchObject({ filter: 'metrics.loss < 0.5' });
  });

  it('show what is wrong with a filter at its place, and the runs of before', async () => {
    const server = new FakeServer();
    const { part, type, texts } = await show(server);
    const details = { position: 13, expected: 'Expected a number.' };
    server.store.fails.set('runs', new ApiError('INVALID_PARAMETER_VALUE', 'Invalid filter.', details, 400));

    await type(part('runs').querySelector('input'), 'metrics.loss ~ 1');
    await settle(40);

    expect(part('runs').querySelector('[role=alert]')?.textContent).toContain('Expected a number.');
    expect(part('runs').querySelector('mark')?.textContent).toBe('~');
    expect(part('runs').querySelector('input')?.getAttribute('aria-invalid')).toBe('true');
    expect(texts('runs')).toHaveLength(3);
  });

  it('offer what may stand in the filter', async () => {
    const { part, type, press, all } = await show(new FakeServer());
    const field = part('runs').querySelector('input') as HTMLInputElement;

    await type(field, 'lo', 20);
    expect(all('.nbf-options bdi').map(each => each.textContent)).toEqual(['metrics.loss', 'metrics.`val loss`']);
    await press(field, 'ArrowDown');
    await press(field, 'Enter');
    expect(field.value).toBe('metrics.loss ');
    expect(all('.nbf-options bdi').map(each => each.textContent)).toContain('<=');
    await press(field, 'Escape');

    expect(all('.nbf-options')).toEqual([]);
  });

  it('are sorted by a metric, whose name may be any', async () => {
    const server = new FakeServer();
    const { click, button, choose } = await show(server);

    await click(button('Sorted by'));
    await choose('val loss');

    expect(server.store.all('runs').at(-1)?.[0]).toMatchObject({ order_by: ['metrics.`val loss` DESC'] });
  });

  it('show the metrics that are chosen, two at most', async () => {
    const server = new FakeServer();
    const { click, button, choose, line } = await show(server);

    await click(button('Show metrics'));
    await choose('loss');
    await settle(40);

    expect(line('runs', 'run 2').textContent).toContain('0.02');
    expect(server.kept.get(KEY)).toMatchObject({ metrics: ['loss'] });
  });

  it('with a star come first, or alone', async () => {
    const server = new FakeServer();
    const { list, press, click, button, choose, texts } = await show(server);

    await press(list('runs'), 'End');
    await press(list('runs'), 's');
    expect(server.kept.get('stars.s1')).toEqual(['run3']);
    await click(button('More about these runs'));
    await choose('Starred first');
    await settle(40);
    expect(texts('runs')).toEqual(['run 3', 'run 1', 'run 2']);
    await click(button('More about these runs'));
    await choose('Only starred');
    await settle(40);

    expect(texts('runs')).toEqual(['run 3']);
  });

  it('are deleted with a way back, and are in the trash until then', async () => {
    const server = new FakeServer();
    const { list, press, click, button, texts, el } = await show(server);

    await press(list('runs'), 'Delete');
    await settle(40);
    expect(texts('runs')).toEqual(['run 2', 'run 3']);
    expect(el.querySelector('.nbf-said')?.textContent).toContain('Deleted 1 run');
    await click(button('Undo'));
    await settle(40);

    expect(texts('runs')).toEqual(['run 1', 'run 2', 'run 3']);
  });

  it('that cannot be deleted say why', async () => {
    const server = new FakeServer();
    server.store.fails.set('deleteRuns', new ApiError('PERMISSION_DENIED', 'You may not delete this.', {}, 403));
    const { list, press, el, texts } = await show(server);

    await press(list('runs'), 'Delete');
    await settle(40);

    expect(el.querySelector('.nbf-said [role=alert]')?.textContent).toContain('You may not delete this.');
    expect(texts('runs')).toHaveLength(3);
  });

  it('are renamed and tagged', async () => {
    const server = new FakeServer();
    const { el, list, press, type, menu, line, choose, texts } = await show(server);

    await press(list('runs'), 'F2');
    await type(el.querySelector('.nbf-inline-edit'), 'best', 5);
    await press(el.querySelector('.nbf-inline-edit'), 'Enter');
    await settle(40);
    expect(texts('runs')[0]).toBe('best');
    expect(document.activeElement).toBe(list('runs'));
    await menu(line('runs', 'run 2'));
    await choose('Tag');
    const [key, value] = [...el.querySelectorAll('.nbf-ask input')];
    await type(key, 'team', 5);
    await type(value, 'a', 5);
    await press(value, 'Enter');

    expect(server.store.all('tagRuns')).toEqual([[['run2'], 'team', 'a']]);
  });

  it('give the cell that loads one, or finds several', async () => {
    const server = new FakeServer();
    const { click, line, button } = await show(server);

    await click(line('runs', 'run 1'));
    await click(button('Insert code'));
    await click(line('runs', 'run 2'), { ctrlKey: true });
    await click(button('Insert code'));

    expect(server.inserted[0]).toContain('nbflow.get_run("run1")');
    expect(server.inserted[1]).toContain("run_id IN ('run1', 'run2')");
  });

  it('are dragged as their cell', async () => {
    const server = new FakeServer();
    const { line } = await show(server);
    const at = (type: string, clientX: number) =>
      new PointerEvent(type, { bubbles: true, button: 0, clientX, clientY: 0 } as PointerEventInit);

    line('runs', 'run 2').dispatchEvent(at('pointerdown', 0));
    document.dispatchEvent(at('pointermove', 2));
    expect(server.dragged).toEqual([]);
    document.dispatchEvent(at('pointermove', 9));
    document.dispatchEvent(at('pointermove', 30));

    expect(server.dragged).toEqual([[expect.stringContaining('nbflow.get_run("run2")'), 'run 2']]);
  });

  it('open as a table with their filter', async () => {
    const server = new FakeServer();
    server.kept.set(KEY, { filter: 'metrics.loss < 1' });
    const { click, button } = await show(server);

    await click(button('Open as table'));

    expect(server.opened).toEqual([
      { page: 'experiment', store: 's1', experiment_id: '1', filter: 'metrics.loss < 1' }
    ]);
  });

  it('that are none say what to do', async () => {
    const server = new FakeServer();
    server.store.runsHere = [];
    const { part } = await show(server);

    expect(part('runs').textContent).toContain('nbflow.set_experiment("irises")');
  });

  it('have no cells to insert where there is no notebook: these are copied', async () => {
    const { menu, line, items } = await show(new FakeServer(), { insert: null, dragStart: null });

    await menu(line('runs', 'run 1'));

    expect(items()).toContain('Copy code');
    expect(items()).not.toContain('Insert code');
  });
});
