import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChartsSource } from '../../src/pages/experiment/charts-source';
import { json } from '../api/fake-server';
import { at, made } from '../api/made';

const [A, B, C] = ['a', 'b', 'c'].map(letter => letter.repeat(32)) as [string, string, string];

function start() {
  const { server, store, api } = made();
  server.on(`GET ${at('/table')}`, () => json({ revision: '1', data: { columns: [] } }));
  server.on(`POST ${at('/comparisons')}`, ({ body }) => json({ ids: (body as { run_ids: string[] }).run_ids }));
  const table = store.tableSource({ experiment_id: ['7'] });
  const charts = new ChartsSource(store, table, 'charts of 7');
  const end = () => {
    charts.dispose();
    table.dispose();
    api.dispose();
  };
  return { server, table, charts, end };
}

const later = () => vi.advanceTimersByTimeAsync(1_000);
const asked = (server: ReturnType<typeof start>['server']) =>
  server.asked
    .filter(({ path }) => path === at('/comparisons'))
    .map(({ body }) => (body as { run_ids: string[] }).run_ids);

describe('the charts beside a table', () => {
  let all: ReturnType<typeof start>;
  beforeEach(() => {
    vi.useFakeTimers();
    all = start();
  });
  afterEach(() => {
    all.end();
    vi.useRealTimers();
  });

  it('stay until those of other runs are there', async () => {
    const { charts, server } = all;
    charts.show([A, B], true);
    await later();
    expect(charts.data).toEqual({ ids: [A, B] });
    let answer: (response: Response) => void = () => undefined;
    server.on(`POST ${at('/comparisons')}`, () => new Promise<Response>(resolve => (answer = resolve)));

    charts.show([C], true);
    await later();
    expect(charts.data).toEqual({ ids: [A, B] });

    answer(json({ ids: [C] }));
    await later();
    expect(charts.data).toEqual({ ids: [C] });
  });

  it('are asked for once while somebody types a filter', async () => {
    const { charts, server } = all;
    charts.show([A], true);
    await later();

    charts.show([A, B], true);
    charts.show([A, B, C], true);
    charts.show([B, C], true);
    await later();
    charts.show([B, C], true);
    await later();

    expect(asked(server)).toEqual([[A], [B, C]]);
  });

  it('select runs in the table, and the other way round', async () => {
    const { charts, table } = all;
    charts.show([A, B], true);
    await later();
    const changed = vi.fn();
    charts.subscribe(changed);

    charts.setState({ selected: [B] });
    expect(table.state.selected).toEqual([B]);

    table.setState({ selected: [A] });
    expect(charts.state.selected).toEqual([A]);
    expect(changed).toHaveBeenCalled();
  });

  it('of the selected runs alone leave the selection as it is', async () => {
    const { charts, table } = all;
    table.setState({ selected: [A, B] });
    charts.show([A, B], false);
    await later();

    charts.setState({ selected: [A] });

    expect(table.state.selected).toEqual([A, B]);
    expect(charts.state.selected).toEqual([]);
  });

  it('keep how they are arranged when their runs are others', async () => {
    const { charts } = all;
    charts.show([A], true);
    await later();
    charts.setState({ charts: ['bars'], log: true });

    charts.show([B], true);
    await later();

    expect(charts.state).toMatchObject({ charts: ['bars'], log: true });
  });
});
