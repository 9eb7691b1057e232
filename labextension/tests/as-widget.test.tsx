import { afterEach, expect, it, vi } from 'vitest';
import { asWidget } from '../src/lab/as-widget';
import { PROTOCOL, setRegistry } from '../src/lab/registry';
import type { AnyView } from '../src/lab/view-module';
import loader from '../src/widgets/loader';
import { FakeModel } from './fake-model';

const page = (): HTMLElement => document.body.appendChild(document.createElement('div'));
const model = (): FakeModel => new FakeModel({ _kind: 'runs', state: { sort: 'loss' }, revision: 0 });
const noVega = async (): Promise<null> => null;
const settled = (): Promise<void> => new Promise(resolve => setTimeout(resolve));

const view: AnyView = {
  mount: (el, source, signal) => {
    el.textContent = `${JSON.stringify(source.data)} by ${JSON.stringify(source.state)}`;
    signal.addEventListener('abort', () => el.replaceChildren());
  }
};

afterEach(() => document.body.replaceChildren());

it('mounts a view once the kernel has sent its data', async () => {
  const [el, kernel] = [page(), model()];

  asWidget(view, noVega).render({ el, model: kernel });
  expect(el.textContent).toMatch(/Waiting for the kernel/);
  kernel.answer({ revision: 0, data: [1, 2] });
  await settled();

  expect(el.textContent).toBe('[1,2] by {"sort":"loss"}');
});

it('says why there are no data', async () => {
  const [el, kernel] = [page(), model()];

  asWidget(view, noVega).render({ el, model: kernel });
  kernel.tell({ id: kernel.sent[0]?.id, error: { code: 'INTERNAL_ERROR', message: 'the store is gone' } });
  await settled();

  expect(el.textContent).toBe('the store is gone');
});

it('leaves nothing behind', async () => {
  const [el, kernel, ending] = [page(), model(), new AbortController()];
  asWidget(view, noVega).render({ el, model: kernel, signal: ending.signal });
  kernel.answer({ revision: 0, data: [] });
  await settled();

  ending.abort();

  expect(el.childNodes).toHaveLength(0);
  expect(kernel.listeners).toBe(0);
});

it('is found in the page by the loader', async () => {
  const render = vi.fn();
  setRegistry({ protocol: PROTOCOL, load: kind => (kind === 'runs' ? Promise.resolve({ render }) : undefined) });
  const [el, kernel] = [page(), model()];

  await loader.render({ el, model: kernel });

  expect(render).toHaveBeenCalledOnce();
  expect(kernel.sent).toEqual([]);
});

it('is asked for where the page has another version, and what goes wrong is said', async () => {
  setRegistry({ protocol: PROTOCOL + 1, load: () => Promise.resolve({ render: () => undefined }) });
  const [el, kernel] = [page(), model()];

  const rendered = loader.render({ el, model: kernel });
  expect(kernel.sent.map(({ ask }) => ask)).toEqual(['bundle']);
  kernel.tell({ id: kernel.sent[0]?.id, error: { code: 'NOT_BUILT', message: 'not built' } });
  await rendered;

  expect(el.textContent).toBe('This view cannot be shown: not built');
});

it('is asked for again where the kernel went before it answered', async () => {
  setRegistry({ protocol: PROTOCOL + 1, load: () => Promise.resolve({ render: () => undefined }) });
  const [el, gone, next] = [page(), model(), model()];

  const rendered = loader.render({ el, model: gone });
  gone.emit('destroy');
  await rendered;
  const again = loader.render({ el: page(), model: next });

  expect(el.textContent).toMatch(/^This view cannot be shown: No kernel/);
  expect(next.sent.map(({ ask }) => ask)).toEqual(['bundle']);
  expect(gone.listeners).toBe(0);
  next.emit('destroy'); // a page keeps what it waits for
  await again;
});
