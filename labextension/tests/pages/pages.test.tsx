import { act } from 'preact/test-utils';
import { afterEach, describe, expect, it } from 'vitest';
import type { PageRef } from '../../src/shell';
import { json, refusal, settled } from '../api/fake-server';
import { at, STORE } from '../api/made';
import { click, control, type Shown, shown, type } from './shown';

const RUN = 'a'.repeat(32);
const TABLE = {
  columns: [
    { id: 'run_id', kind: 'attribute', name: 'run id', type: 'text', best: null, values: [RUN, 'b'.repeat(32)] },
    { id: 'tags.mlflow.runName', kind: 'attribute', name: 'name', type: 'text', best: null, values: ['one', 'two'] },
    { id: 'status', kind: 'attribute', name: 'status', type: 'status', best: null, values: ['FINISHED', 'FAILED'] }
  ],
  reduced: null,
  notice: null,
  live: true
};
const EXPERIMENT = {
  experiment_id: '7',
  name: 'fraud',
  lifecycle_stage: 'active',
  creation_time: 1,
  last_update_time: 1,
  tags: { 'mlflow.note.content': 'Who cheats?' },
  runs: 2,
  running: 1,
  permission: 'MANAGE'
};
const COMPARISON = {
  runs: [
    { id: RUN, name: 'one', label: 'one', letter: 'A', color: '#1f7fc4', status: 'FINISHED' },
    { id: 'b'.repeat(32), name: 'two', label: 'two', letter: 'B', color: '#d55e00', status: 'FAILED' }
  ],
  all: 2,
  choices: { metrics: [], histories: [], params: [], numbers: [] },
  rows: [],
  charts: [],
  reduced: null
};

function runData(more: object = {}): object {
  return {
    run: {
      run_id: RUN,
      name: 'one',
      status: 'FINISHED',
      experiment: 'fraud',
      deleted: false,
      start_time: 1,
      end_time: 9
    },
    description: null,
    facts: [],
    source: {},
    params: [['lr', '0.1']],
    metrics: [],
    tags: [],
    system_tags: [],
    inputs: [],
    models: [{ path: 'model', flavors: 'sklearn', size: 10, registered: null, code: 'load()' }],
    artifacts: { folders: { '': [] }, why: null },
    previews: {},
    error: null,
    code: 'run',
    restore: null,
    permission: 'MANAGE',
    experiment_id: '7',
    where: { notebook: 'work/fraud.ipynb', cell_id: 'c1', kernel_id: 'k1' },
    server: true,
    ...more
  };
}

let page: Shown;
afterEach(() => page.life.abort());

const EXPERIMENT_PAGE: PageRef = { page: 'experiment', store: STORE, experiment_id: '7' };
const RUN_PAGE: PageRef = { page: 'run', store: STORE, run_id: RUN };

function answers(server: Shown['server']): void {
  server.on(`GET ${at('/experiments/7')}`, () => json(EXPERIMENT));
  server.on(`GET ${at('/table')}`, () => json({ revision: '1', data: TABLE }));
  server.on(`GET ${at(`/runs/${RUN}`)}`, () => json(runData()));
  server.on(`POST ${at('/comparisons')}`, () => json(COMPARISON));
  server.on(`GET ${at('/models')}`, () => json({ models: [{ name: 'wine' }], next_page_token: null }));
}

describe('the page of an experiment', () => {
  it('has its name, its description and its runs', async () => {
    page = await shown(EXPERIMENT_PAGE, answers);

    expect(page.page.title()).toBe('fraud');
    expect(page.el.querySelector('h1')?.textContent).toBe('fraud');
    expect(page.el.textContent).toContain('Who cheats?');
    expect(page.el.textContent).toContain('1 running');
    expect(page.el.querySelector('[role="treegrid"]')).not.toBeNull();
  });

  it('has a description that scrolls, and is reached by keys', async () => {
    page = await shown(EXPERIMENT_PAGE, answers);

    const text = control<HTMLElement>(page.el, 'Description');

    expect(text.className).toBe('nbf-pages-note-text');
    expect(text.tabIndex).toBe(0);
  });

  it('compares the runs that are selected', async () => {
    page = await shown(EXPERIMENT_PAGE, answers);
    const [one, two] = page.el.querySelectorAll<HTMLElement>('.nbf-check');
    expect(control(page.el, 'Compare: select two runs or more').disabled).toBe(true);

    await click(one as HTMLElement);
    await click(two as HTMLElement);
    await click(control(page.el, 'Compare 2 selected runs'));

    expect(page.opened).toEqual([{ page: 'compare', store: STORE, run_ids: [RUN, 'b'.repeat(32)] }]);
  });

  it('draws the runs that the table shows, beside it', async () => {
    page = await shown(EXPERIMENT_PAGE, answers);
    await act(settled);

    const asked = page.server.asked.find(({ path }) => path === at('/comparisons'));

    expect(asked?.body).toEqual({ run_ids: [RUN, 'b'.repeat(32)] });
    await click(control(page.el, 'Hide the charts'));
    expect(page.el.querySelector('[aria-label="Charts of the runs"]')).toBeNull();
  });

  it('begins with the filter of its address', async () => {
    page = await shown({ ...EXPERIMENT_PAGE, filter: 'params.lr > 1' } as PageRef, server => {
      answers(server);
      server.on(`POST ${at('/runs/filter')}`, () => json({ run_ids: [RUN] }));
    });
    expect(page.el.querySelector<HTMLInputElement>('input[role="combobox"]')?.value).toBe('params.lr > 1');
  });

  it('shows the runs in the trash', async () => {
    page = await shown(EXPERIMENT_PAGE, answers);

    await click(control(page.el, 'Runs in the trash'));

    const tables = page.server.asked.filter(({ path }) => path === at('/table'));
    expect(tables.map(({ query }) => query.get('view'))).toEqual(['active', 'deleted']);
    await click(page.el.querySelector<HTMLElement>('.nbf-check') as HTMLElement);
    expect(control(page.el, 'Restore 1 run').disabled).toBe(false);
  });
});

describe('the page of a run', () => {
  it('leads to its experiment, and renames the run', async () => {
    page = await shown(RUN_PAGE, server => {
      answers(server);
      server.on(`POST ${at('/runs/rename')}`, () => json({ done: [RUN], failed: [] }));
    });
    expect(page.page.title()).toBe('one');

    await click(control(page.el, 'Rename the run'));
    await type(control<HTMLInputElement>(page.el, 'Name of the run'), 'better');
    await click(control(page.el, 'Rename'));

    const renaming = page.server.asked.find(({ path }) => path === at('/runs/rename'));
    expect(renaming?.body).toEqual({ run_id: RUN, name: 'better' });
    await click(page.el.querySelector<HTMLElement>('.nbf-pages-crumbs .nbf-pages-link') as HTMLElement);
    expect(page.opened).toEqual([EXPERIMENT_PAGE]);
  });

  it('registers a model that it logged', async () => {
    page = await shown(RUN_PAGE, server => {
      answers(server);
      server.on(`POST ${at('/models/wine/versions')}`, () => json({ name: 'wine', version: 4 }));
    });

    await click(control(page.el, 'Register the model model'));
    expect(page.el.querySelector('datalist option')?.getAttribute('value')).toBe('wine');
    await type(control<HTMLInputElement>(page.el, 'Name of the registered model'), 'wine');
    await click(control(page.el, 'Register'));

    const made = page.server.asked.find(({ path }) => path === at('/models/wine/versions'));
    expect(made?.body).toEqual({ source: `runs:/${RUN}/model`, run_id: RUN });
    expect(page.opened).toEqual([{ page: 'version', store: STORE, name: 'wine', version: 4 }]);
  });

  it('shows where it came from, where there are notebooks', async () => {
    const where: unknown[] = [];
    const openNotebook = async (...place: unknown[]) => void where.push(place);
    page = await shown(RUN_PAGE, answers, { shell: { openNotebook } });

    await click(control(page.el, 'Show the notebook, and the cell, that this run came from'));

    expect(where).toEqual([['work/fraud.ipynb', 'c1']]);
  });

  it('offers no changes where nothing may be changed', async () => {
    page = await shown(RUN_PAGE, answers, { readOnly: true });
    expect(page.el.querySelector('h1')?.textContent).toBe('one');
    for (const label of ['Rename the run', 'Delete the run', 'Register the model model']) {
      expect(page.el.querySelector(`[aria-label="${label}"]`)).toBeNull();
    }
  });
});

describe('a page that cannot be shown', () => {
  it.each([
    [404, 'RESOURCE_DOES_NOT_EXIST', {}, 'This run is not there'],
    [404, 'RESOURCE_DOES_NOT_EXIST', { store_id: STORE }, 'The store of this run is not open here'],
    [403, 'PERMISSION_DENIED', {}, 'You may not see this run'],
    [401, 'UNAUTHENTICATED', {}, 'You are not logged in'],
    [503, 'TEMPORARILY_UNAVAILABLE', {}, 'The store does not answer'],
    [500, 'INTERNAL_ERROR', {}, 'This run cannot be shown']
  ])('says so, and what to do: %i %s', async (status, code, details, title) => {
    page = await shown(RUN_PAGE, server => {
      server.on(`GET ${at(`/runs/${RUN}`)}`, () => refusal(status, code, 'in words', details));
    });

    expect(page.el.querySelector('[role="alert"] b')?.textContent).toBe(title);

    answers(page.server);
    await click(control(page.el, 'Look again'));

    expect(page.el.querySelector('h1')?.textContent).toBe('one');
  });

  it('says that nobody answers', async () => {
    page = await shown(RUN_PAGE, server => {
      server.down = true;
    });
    expect(page.el.textContent).toContain('The server does not answer');
  });
});

describe('a page', () => {
  it('ends with its signal', async () => {
    page = await shown(RUN_PAGE, answers);
    page.life.abort();
    expect(page.el.childElementCount).toBe(0);
  });

  it('has links where it has addresses', async () => {
    page = await shown(RUN_PAGE, answers, { shell: { link: ref => `#/${ref.page}` } });
    const link = page.el.querySelector<HTMLAnchorElement>('.nbf-pages-crumbs a');

    await click(link as HTMLElement);

    expect(link?.getAttribute('href')).toBe('#/experiment');
    expect(page.opened).toEqual([EXPERIMENT_PAGE]);
    expect(control(page.el, 'Copy a link to this page')).not.toBeNull();
  });
});
