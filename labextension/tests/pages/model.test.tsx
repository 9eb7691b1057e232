import { afterEach, describe, expect, it } from 'vitest';
import { json, refusal } from '../api/fake-server';
import { at, STORE } from '../api/made';
import { HOSTILE } from '../model-card-source';
import { click, control, type Shown, shown, type } from './shown';

const RUN = 'a'.repeat(32);

function version(n: number, more: object = {}) {
  return {
    name: 'wine',
    version: n,
    description: '',
    source: `runs:/${RUN}/model`,
    run_id: RUN,
    user_id: 'ada',
    tags: {},
    aliases: [],
    metrics: { accuracy: 0.9 + n / 100 },
    evaluated: {},
    flavors: [],
    current_stage: 'None',
    creation_time: 1_700_000_000_000 + n,
    last_update_time: 1_700_000_000_000 + n,
    lifecycle_stage: 'active',
    ...more
  };
}

function model(more: object = {}) {
  return {
    name: 'wine',
    description: 'Tells cultivars apart.',
    tags: { team: 'lab' },
    aliases: { champion: 2 },
    latest: 3,
    versions: 3,
    creation_time: 1_700_000_000_000,
    last_update_time: 1_700_000_000_000,
    user_id: 'ada',
    lifecycle_stage: 'active',
    permission: 'MANAGE',
    version_list: [version(1), version(2, { aliases: ['champion'] }), version(3)],
    policies: [{ alias: 'champion', approvals: 1, require: 'metrics.accuracy >= 0.9' }],
    history: [{ time: 1_700_000_000_000, user: 'ada', action: 'created', text: 'created as wine', version: null }],
    ...more
  };
}

let page: Shown;
afterEach(() => page.life.abort());

async function open(found: object = model(), options: Parameters<typeof shown>[2] = {}): Promise<HTMLElement> {
  const answer = (server: Shown['server']) => server.on(`GET ${at('/models/wine')}`, () => json(found));
  page = await shown({ page: 'model', store: STORE, name: 'wine' }, answer, options);
  return page.el;
}

function rows(el: HTMLElement): string[] {
  return [...control(el, 'Versions').querySelectorAll('tbody tr')].map(row => row.textContent ?? '');
}

describe('the page of a model', () => {
  it('shows its versions, the newest first, with what stands for them', async () => {
    const el = await open();

    expect(rows(el).map(row => row.slice(0, 9))).toEqual(['Version 3', 'Version 2', 'Version 1']);
    expect(rows(el)[1]).toContain('@champion');
    expect(rows(el)[1]).toContain('0.92');
    expect(el.textContent).toContain('metrics.accuracy >= 0.9');
    expect(el.textContent).toContain('created as wine');
    expect(page.page.title()).toBe('wine');
  });

  it('leads to the versions and their runs', async () => {
    const el = await open();

    await click(
      [...el.querySelectorAll<HTMLButtonElement>('.nbf-pages-link')].find(
        link => link.textContent === 'Version 2'
      ) as HTMLButtonElement
    );

    expect(page.opened).toEqual([{ page: 'version', store: STORE, name: 'wine', version: 2 }]);
  });

  it('compares two versions that were chosen', async () => {
    const el = await open();
    page.server.on(`GET ${at('/models/wine/versions/3/differences')}`, ({ query }) =>
      json({
        before: Number(query.get('version')),
        after: 3,
        groups: [{ title: 'Metrics', rows: [{ name: 'accuracy', before: '0.91', after: '0.93' }], n_rows: 1 }],
        unknown: []
      })
    );

    await click(control(el, 'Choose version 3 to compare it'));
    await click(control(el, 'Choose version 1 to compare it'));

    expect(el.textContent).toContain('Version 1 against version 3');
    expect(control(el, 'Differences').textContent).toContain('0.91');
  });

  it('gives an alias, and says what is wrong where it was typed', async () => {
    const el = await open();
    page.server.on(`PUT ${at('/models/wine/aliases/champion')}`, () =>
      refusal(400, 'INVALID_STATE', 'champion needs 1 approval')
    );
    await click(control(el, 'Give version 3 an alias'));
    const dialog = control<HTMLElement>(el, 'Give version 3 an alias').ownerDocument.querySelector(
      '[role="dialog"]'
    ) as HTMLElement;

    await type(control<HTMLInputElement>(dialog, 'Alias'), 'champion');
    await click(control(dialog, 'Set'));

    expect(dialog.querySelector('[role="alert"]')?.textContent).toBe('champion needs 1 approval');

    page.server.on(`PUT ${at('/models/wine/aliases/champion')}`, () => new Response(null, { status: 204 }));
    await click(control(dialog, 'Set'));

    expect(el.querySelector('[role="dialog"]')).toBeNull();
    expect(page.server.asked.filter(({ method }) => method === 'PUT').at(-1)?.body).toEqual({ version: 3 });
  });

  it.each([
    ['who may only read it', { permission: 'READ' }, false],
    ['a server that only reads', {}, true]
  ])('offers no changes for %s', async (_, more, readOnly) => {
    const el = await open(model(more), { readOnly });

    expect(el.querySelector('[aria-label="Delete the model"]')).toBeNull();
    expect(el.querySelector('[aria-label^="Give version"]')).toBeNull();
    expect(el.querySelector('[aria-label="Change the description"]')).toBeNull();
    expect(rows(el)).toHaveLength(3);
  });

  it('keeps versions in the trash out of the way', async () => {
    const list = [version(1, { lifecycle_stage: 'deleted' }), version(2)];
    const el = await open(model({ version_list: list }));
    expect(rows(el)).toHaveLength(1);

    await click(control(el, 'Show the versions in the trash, too'));

    expect(rows(el)).toHaveLength(2);
    expect(rows(el)[1]).toContain('in the trash');
  });

  it('shows what somebody wrote as text', async () => {
    const list = [version(1, { description: HOSTILE, user_id: HOSTILE, aliases: [HOSTILE] })];
    const el = await open(
      model({ name: HOSTILE, description: HOSTILE, tags: { [HOSTILE]: HOSTILE }, version_list: list })
    );

    expect(el.querySelectorAll('img, script, a[href^="javascript"]')).toHaveLength(0);
    expect(el.textContent).toContain('<img src=x onerror=alert(1)>');
    expect(el.textContent).not.toContain('\u202e');
  });

  it('says what to do where there is no version', async () => {
    const el = await open(model({ version_list: [], versions: 0, latest: null, aliases: {} }));
    expect(el.textContent).toContain('No versions yet');
    expect(el.textContent).toContain('nbflow.register_model');
  });
});
