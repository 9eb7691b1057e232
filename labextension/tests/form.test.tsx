import { act } from 'preact/test-utils';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mount } from '../src/views/form';
import type { FormData, FormState } from '../src/views/form/form';
import { FakeSource, HOSTILE } from './model-card-source';

const DATA: FormData = {
  name: 'train',
  about: 'Trains it.',
  fields: [
    spec('depth', 'int', { range: { low: 1, high: 9, low_open: false, high_open: false }, default: '3' }),
    spec('loss', 'choice', { choices: ['l1', 'l2'], default: 0 }),
    spec('sure', 'bool', { default: true }),
    spec('note', 'str', { optional: true, default: null, help: 'In words.' }),
    spec('X', 'object', { required: true })
  ]
};
const ENTRIES = { depth: '3', loss: 0, sure: true, note: null };

function spec(name: string, kind: FormData['fields'][number]['kind'], more: object): FormData['fields'][number] {
  return {
    key: name,
    name,
    kind,
    rule: 'RULE',
    help: '',
    annotation: '',
    optional: false,
    required: false,
    ...more
  };
}

describe('a form', () => {
  let el: HTMLElement;
  let life: AbortController;
  const shown = async (source: FakeSource<FormData, FormState>) => {
    await act(() => mount(el, source, life.signal));
    return source;
  };
  const get = <T extends HTMLElement>(key: string, selector: string) => {
    const found = el.querySelector<T>(`[data-field="${key}"] ${selector}`);
    if (!found) throw new Error(`no ${selector} in ${key}`);
    return found;
  };

  beforeEach(() => {
    el = document.createElement('div');
    document.body.append(el);
    life = new AbortController();
  });
  afterEach(() => {
    life.abort();
    el.remove();
  });

  it('tells Python what is typed, chosen and checked', async () => {
    const source = await shown(new FakeSource<FormData, FormState>(DATA, { entries: ENTRIES }));

    const depth = get<HTMLInputElement>('depth', 'input');
    depth.value = '5';
    await act(() => void depth.dispatchEvent(new Event('input', { bubbles: true })));
    const loss = get<HTMLSelectElement>('loss', 'select');
    loss.value = '1';
    await act(() => void loss.dispatchEvent(new Event('change', { bubbles: true })));
    const sure = get<HTMLInputElement>('sure', 'input');
    await act(() => void sure.click());

    expect(source.state.entries).toEqual({ ...ENTRIES, depth: '5', loss: 1, sure: false });
  });

  it('says at once what does not fit, and where', async () => {
    await shown(new FakeSource<FormData, FormState>(DATA, { entries: { ...ENTRIES, depth: '10' } }));

    expect(get('depth', '[role="alert"]').textContent).toContain('It is RULE.');
    expect(get('depth', 'input').getAttribute('aria-invalid')).toBe('true');
    expect(get('X', '.nbf-form-missing').textContent).toContain('form["X"]');
    expect(el.querySelector('footer')?.textContent).toContain('2 values do not fit yet');
  });

  it('shows what Python sets', async () => {
    const source = await shown(new FakeSource<FormData, FormState>(DATA, { entries: ENTRIES }));

    await act(() => source.become({ state: { entries: { ...ENTRIES, depth: '7', note: 'x' } } }));

    expect(get<HTMLInputElement>('depth', 'input').value).toBe('7');
    expect(get<HTMLInputElement>('note', 'input').value).toBe('x');
  });

  it('gives None and the defaults by buttons', async () => {
    const source = await shown(
      new FakeSource<FormData, FormState>(DATA, { entries: { ...ENTRIES, depth: '7', note: 'x' } })
    );

    await act(() => get('note', '[aria-label="note: None"]').click());
    expect(source.state.entries).toMatchObject({ note: null });
    await act(() => get('depth', '[aria-label="depth: its default"]').click());

    expect(source.state.entries).toEqual(ENTRIES);
  });

  it('shows the last values without a kernel, and says why they cannot be changed', async () => {
    const source = new FakeSource<FormData, FormState>(DATA, { entries: { ...ENTRIES, depth: '4' } }, 'saved');
    await shown(source);

    expect(get<HTMLInputElement>('depth', 'input').value).toBe('4');
    expect([...el.querySelectorAll('input, select')].every(each => each.hasAttribute('disabled'))).toBe(true);
    expect(el.textContent).toContain('No kernel answers');
  });

  it('keeps hostile texts as texts', async () => {
    const fields = [
      spec(HOSTILE, 'str', { help: HOSTILE, rule: HOSTILE, annotation: HOSTILE, default: HOSTILE, required: true }),
      spec('c', 'choice', { choices: [HOSTILE], default: 0 }),
      spec('o', 'object', { shown: HOSTILE })
    ];
    await shown(new FakeSource<FormData, FormState>({ name: HOSTILE, about: HOSTILE, fields }, { entries: { c: 0 } }));

    expect(el.querySelector('img, script, a, iframe')).toBeNull();
    expect(el.textContent).toContain('onerror');
  });

  it.each([null, 3, {}, { fields: 'x' }, { fields: [null] }, { fields: [{ key: 1 }] }])(
    'is a plain message for data of another version: %j',
    async data => {
      await shown(new FakeSource<FormData, FormState>(data as unknown as FormData, {}));

      expect(el.querySelector('[role="alert"]')?.textContent).toContain('cannot be shown');
    }
  );

  it('stands a state of another version', async () => {
    await shown(new FakeSource<FormData, FormState>(DATA, { entries: 'x' } as unknown as FormState));

    expect(get<HTMLInputElement>('depth', 'input').value).toBe('');
  });
});
