import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mount } from '../src/views/model-card';
import type { CardData, CardState } from '../src/views/model-card/data';
import { SourceError } from '../src/views/source';
import { FakeSource, HOSTILE } from './model-card-source';

function card(more: Partial<CardData> = {}): CardData {
  return {
    type: 'version',
    uri: 'models:/flowers/2',
    known: true,
    name: 'flowers',
    number: 2,
    deleted: false,
    about: 'Three irises.\nOne garden.',
    aliases: ['champion'],
    stage: null,
    facts: [{ name: 'size', value: '12 kB', code: false }],
    code: 'model = nbflow.pyfunc.load_model("models:/flowers/2")',
    metrics: [{ name: 'accuracy', value: 0.9733333, evaluated: 'NaN' }],
    tags: [['checked', 'yes']],
    pairs: [],
    inputs: { what: 'column', rows: [{ name: 'petal', type: 'double', required: true }], n_rows: 1 },
    outputs: { what: 'column', rows: [{ name: null, type: 'long', required: true }], n_rows: 1 },
    params: [{ name: 'above', type: 'double', default: '0.5' }],
    example: { columns: ['petal'], rows: [[1.4], [null]], n_rows: 9, n_columns: 1 },
    environment: { python: '3.11.7', requirements: ['numpy==2.1.0'] },
    charts: [],
    trial: {
      fields: [
        {
          key: '0',
          name: 'petal',
          kind: 'float',
          rule: 'a number',
          help: '',
          annotation: 'double',
          optional: false,
          required: false,
          default: '1.4'
        }
      ],
      params: [],
      reason: ''
    },
    approvals: [
      { user: 'grace', verdict: 'approved', counts: true, time: 0, text: 'Agreed.' },
      { user: 'ada', verdict: 'approved', counts: false, time: 0, text: '' },
      { user: 'bob', verdict: 'rejected', counts: true, time: 0, text: '' }
    ],
    policies: [{ alias: 'champion', approvals: 1, require: 'metrics.accuracy > 0.9' }],
    history: [{ time: 0, user: 'ada', action: 'commented', text: 'version 2: commented: thin', version: 2 }],
    versions: {
      metrics: ['accuracy'],
      rows: [3, 2, 1].map(version => ({
        version,
        aliases: [],
        stage: null,
        metrics: [{ text: '0.9', exact: '0.9' }],
        time: 0,
        user: 'ada',
        run: 'c-1',
        current: version === 2
      })),
      n_rows: 3
    },
    differences: {
      before: 1,
      after: 2,
      groups: [
        {
          title: 'Metrics',
          rows: [{ name: 'accuracy', before: '0.9', after: '0.97', change: '+0.07 better', tone: 'good' }],
          n_rows: 1
        }
      ],
      unknown: ['environment']
    },
    reduced: {},
    ...more
  };
}

describe('a model card', () => {
  let el: HTMLElement;
  let life: AbortController;
  const shown = async (source: FakeSource<CardData, CardState>) => {
    await act(() => mount(el, source, life.signal));
    return source;
  };
  const live = (more: Partial<CardData> = {}, state: CardState = {}) =>
    shown(new FakeSource<CardData, CardState>(card(more), state));
  const saved = (more: Partial<CardData> = {}, state: CardState = {}) =>
    shown(new FakeSource<CardData, CardState>(card(more), state, 'saved'));
  const click = (label: string) => {
    const found = [...el.querySelectorAll('button')].find(
      each => each.getAttribute('aria-label') === label || each.textContent?.trim() === label
    );
    if (!found) throw new Error(`no button ${label}`);
    return act(() => void found.click());
  };
  const type = (selector: string, value: string) => {
    const field = el.querySelector<HTMLInputElement>(selector);
    if (!field) throw new Error(`no ${selector}`);
    field.value = value;
    return act(() => void field.dispatchEvent(new Event('input', { bubbles: true })));
  };

  const settled = () => act(() => new Promise<void>(resolve => setTimeout(resolve)));

  beforeEach(() => {
    el = document.createElement('div');
    document.body.append(el);
    life = new AbortController();
  });
  afterEach(() => {
    life.abort();
    el.remove();
  });

  it('says what the model is and what was found of it', async () => {
    await saved();

    for (const text of ['flowers 2', '@champion', 'Three irises.', '0.973333', 'nan', '✓ approved', '✗ rejected']) {
      expect(el.textContent).toContain(text);
    }
    expect(el.textContent).toContain('counts for no policy');
    expect(el.textContent).toContain('1 approval by others');
  });

  const FILES = { folders: { '': [{ path: HOSTILE, is_dir: false, size: 12_000 }] }, why: null };

  it('shows the files of the model, and what is in one that is chosen', async () => {
    const source = await live({ artifacts: FILES }, { tab: 'files', artifact: HOSTILE });
    source.answer = () => ({ kind: 'text', text: 'flavors:', language: 'yaml', size: 8 });
    await click('Overview');
    await click('Files');
    await settled();

    expect(source.asked.at(-1)).toEqual(['preview', { path: HOSTILE }]);
    expect(el.textContent).toContain('flavors:');
    expect(el.querySelector('.nbf-artifacts img')).toBeNull();
  });

  it('keeps the names and sizes of the files in a notebook', async () => {
    await saved({ artifacts: FILES }, { tab: 'files' });

    expect(el.querySelector('[role="treeitem"]')?.textContent).toContain('12');
  });

  it('has no part for files that nobody knows', async () => {
    await saved({ artifacts: null });

    expect([...el.querySelectorAll('[role="tab"]')].map(tab => tab.textContent)).not.toContain('Files');
  });

  it('shows one part at a time, by click and by arrow, and keeps which', async () => {
    const source = await saved();

    await click('Inputs and outputs');
    expect(el.textContent).toContain('Python 3.11.7');
    expect(el.textContent).toContain('and 7 more, which are not here');
    const tab = el.querySelector('[role="tab"][aria-selected="true"]');
    await act(() => void tab?.dispatchEvent(new KeyboardEvent('keydown', { key: 'End', bubbles: true })));

    expect(source.state.tab).toBe('history');
    expect(el.textContent).toContain('commented: thin');
    expect(el.textContent).not.toContain('version 2: commented');
  });

  it('tries the model on a row: what is in the form goes, what the model says is shown', async () => {
    const source = await live({}, { tab: 'trial' });
    source.answer = method =>
      method === 'load'
        ? { ms: 3, problem: null }
        : { answer: { columns: ['prediction'], rows: [['setosa']], n_rows: 1, n_columns: 1 }, ms: 3 };

    await type('[data-field="0"] input', '2.5');
    await click('Predict');
    await settled();

    expect(source.asked).toEqual([
      ['load', {}],
      ['predict', { row: { '0': '2.5' }, params: {} }]
    ]);
    expect(el.textContent).toContain('setosa');
  });

  it('says which column a model does not take', async () => {
    const source = await live({}, { tab: 'trial' });
    source.answer = method =>
      method === 'load' ? { ms: 3, problem: null } : { problem: { message: 'Column petal: no.', field: '0' } };

    await click('Predict');
    await settled();

    expect(el.querySelector('.nbf-card-refused')?.textContent).toContain('Column petal: no.');
    expect(el.querySelector('[data-field="0"] [role="alert"]')).not.toBeNull();
  });

  it('gives the code that loads what must be trusted', async () => {
    const source = await live({}, { tab: 'trial' });
    source.answer = () => ({ ms: 1, problem: { message: 'It would run code.', field: null, code: 'trust=True' } });

    await click('Predict');
    await settled();

    expect(el.querySelector('.nbf-card-refused')?.textContent).toContain('trust=True');
    expect(source.asked).toHaveLength(1);
  });

  it('says why a model cannot be tried', async () => {
    await live({ trial: { fields: [], params: [], reason: 'No files.' } }, { tab: 'trial' });

    expect(el.textContent).toContain('It cannot be tried here. No files.');
  });

  it('compares with the version before from the notebook, with others by asking', async () => {
    const source = await live({}, { tab: 'changes' });
    source.answer = () => ({ before: 2, after: 3, groups: [], unknown: [] });

    expect(el.textContent).toContain('+0.07 better');
    expect(el.textContent).toContain('not known of both: environment');
    const select = el.querySelector<HTMLSelectElement>('select');
    if (!select) throw new Error('no select');
    select.value = '3';
    await act(() => void select.dispatchEvent(new Event('change', { bubbles: true })));
    await settled();

    expect(source.asked).toEqual([['differences', { version: 3 }]]);
    expect(el.textContent).toContain('They do not differ.');
  });

  it('does what is asked and says so', async () => {
    const source = await live();
    source.answer = () => ({ said: '@best stands for version 2.' });

    await click('Alias');
    await type('[aria-label="Alias"] input', 'best');
    await click('Set');
    await settled();

    expect(source.asked).toEqual([['act', { action: 'set_alias', args: { alias: 'best' } }]]);
    expect(el.querySelector('.nbf-bar')?.textContent).toContain('@best stands for version 2.');
    expect(el.querySelector('.nbf-card-action')).toBeNull();
  });

  it('shows a refusal with its reason, and leaves what was typed', async () => {
    const source = await live();
    source.answer = () => {
      throw new SourceError('RESOURCE_CONFLICT', 'its policy asks for more.\n  1 approval');
    };

    await click('Take the alias champion away');
    await settled();

    expect(el.querySelector('[role="alert"]')?.textContent).toContain('1 approval');
  });

  it('offers nothing that it cannot do without a kernel', async () => {
    const source = await live();
    await click('Approve');

    await act(() => source.become({ mode: 'saved' }));

    expect(el.querySelector('[role="toolbar"]')).toBeNull();
    expect(el.querySelector('.nbf-card-action')).toBeNull();
    expect(el.textContent).toContain('As it was saved.');
    await click('Try it');
    expect(el.textContent).toContain('No kernel answers');
  });

  it('offers no change of a version that the store in use does not know', async () => {
    await shown(new FakeSource<CardData, CardState>(card({ known: false }), {}));

    expect(el.querySelector('.nbf-card-actions')).toBeNull();
    expect(el.querySelector('[aria-label^="Take away"], [aria-label^="Delete"]')).toBeNull();
    expect(el.textContent).toContain('The store in use does not know this version');
  });

  it('does not miss that it went live in the moment it was drawn', async () => {
    const source = new FakeSource<CardData, CardState>(card(), {}, 'saved');

    mount(el, source, life.signal);
    source.become({ mode: 'live' });
    await settled();

    expect(el.querySelector('[role="toolbar"]')).not.toBeNull();
  });

  it('keeps hostile texts as texts in every part', async () => {
    const pair = [HOSTILE, HOSTILE] as const;
    const specs = { what: 'column', rows: [{ name: HOSTILE, type: HOSTILE, required: false }], n_rows: 1 } as const;
    const hostile = card({
      name: HOSTILE,
      about: HOSTILE,
      aliases: [HOSTILE],
      stage: HOSTILE,
      facts: [{ name: 'x', value: HOSTILE, code: true }],
      code: HOSTILE,
      metrics: [{ name: HOSTILE, value: 1, evaluated: null }],
      tags: [pair],
      pairs: [{ title: 'Params', rows: [pair] }],
      inputs: specs,
      outputs: specs,
      params: [{ name: HOSTILE, type: HOSTILE, default: HOSTILE }],
      example: { text: HOSTILE },
      environment: { python: HOSTILE, requirements: [HOSTILE] },
      approvals: [{ user: HOSTILE, verdict: HOSTILE, counts: true, time: 0, text: HOSTILE }],
      policies: [{ alias: HOSTILE, approvals: 1, require: HOSTILE }],
      history: [{ time: 0, user: HOSTILE, action: HOSTILE, text: HOSTILE, version: 1 }],
      charts: [{ name: HOSTILE, path: HOSTILE, spec: {} }]
    });
    const source = await shown(new FakeSource<CardData, CardState>(hostile, {}));

    for (const tab of ['overview', 'schema', 'trial', 'versions', 'changes', 'history']) {
      await act(() => source.become({ state: { tab } }));
      expect(el.querySelector('img, script, a, iframe')).toBeNull();
      expect(el.textContent).toContain('onerror');
    }
  });

  it.each([null, 3, {}, { uri: 'x', name: 'y' }])('is a plain message for data of another version: %j', async data => {
    await shown(new FakeSource<CardData, CardState>(data as unknown as CardData, {}));

    expect(el.querySelector('[role="alert"]')?.textContent).toContain('cannot be shown');
  });

  it('shows a model that is no version, without actions', async () => {
    await live({ type: 'model', number: null, versions: null, differences: null, history: [], aliases: [] });

    expect(el.querySelector('[role="toolbar"]')).toBeNull();
    expect([...el.querySelectorAll('[role="tab"]')].map(tab => tab.textContent)).toEqual([
      'Overview',
      'Inputs and outputs',
      'Try it'
    ]);
  });
});
