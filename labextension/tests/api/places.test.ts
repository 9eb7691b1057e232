/** A server that was started anew has forgotten which stores were opened. */
import { expect, it } from 'vitest';
import { json, refusal, settled } from './fake-server';
import { at, MemoryState, made, STORE } from './made';

const MODELS = `GET ${at('/models')}`;
const place = { path: '/data/nbruns' };

/** A page that opened a store, of which its server knows nothing any more. */
async function forgotten(opens = STORE) {
  const all = made();
  let isOpen = false;
  all.server
    .on('POST /stores', () => {
      isOpen = true;
      return json({ id: STORE });
    })
    .on(MODELS, () =>
      isOpen
        ? json({ models: [], next_page_token: null })
        : refusal(404, 'RESOURCE_DOES_NOT_EXIST', 'Open it first.', { store_id: STORE })
    );
  await all.api.open(place);
  isOpen = false;
  all.server.on('POST /stores', () => {
    isOpen = opens === STORE;
    return json({ id: opens });
  });
  all.server.asked.length = 0;
  return all;
}

it('is told where a store is, and asked once more', async () => {
  const { server, store } = await forgotten();

  expect(await store.models()).toEqual({ models: [], next_page_token: null });

  expect(server.questions).toEqual([MODELS, 'POST /stores', MODELS]);
  expect(server.asked[1]?.body).toEqual(place);
});

it('is told once, by however many who ask meanwhile', async () => {
  const { server, store } = await forgotten();

  await Promise.all([store.models(), store.models(), store.models()]);

  expect(server.questions.filter(question => question === 'POST /stores')).toHaveLength(1);
});

it('is told by another page, too, which has what was kept', async () => {
  const { server, state } = await forgotten();
  const again = made(state);
  again.server.on('POST /stores', ({ body }) => json({ id: STORE, asked: body }));

  await again.store.models().catch(() => undefined);
  expect(again.server.questions).toEqual([MODELS]); // whose server says that there is no such address

  again.server.on(MODELS, () => refusal(404, 'RESOURCE_DOES_NOT_EXIST', 'Open it first.', { store_id: STORE }));
  await expect(again.store.models()).rejects.toThrow('Open it first.');
  expect(again.server.questions.slice(1)).toEqual([MODELS, 'POST /stores', MODELS]);
  expect(server.questions).toEqual([]);
});

it('is watched again when it is open', async () => {
  const { server, store } = await forgotten();
  store.watch(() => undefined);
  server.sockets[0]?.open();

  await store.models();
  await settled();

  expect(server.sockets[0]?.sent).toEqual([{ watch: [STORE] }, { watch: [STORE] }]);
});

it('is not asked again where the place is one of another store by now', async () => {
  const { server, store } = await forgotten('another');

  await expect(store.models()).rejects.toThrow('Open it first.');

  expect(server.questions).toEqual([MODELS, 'POST /stores']);
});

it('is not told of a store that nobody opened, nor of what is missing in one', async () => {
  const { server, store, api } = made(new MemoryState());
  server.on(MODELS, () => refusal(404, 'RESOURCE_DOES_NOT_EXIST', 'Open it first.', { store_id: STORE }));

  await expect(store.models()).rejects.toThrow('Open it first.');
  server.on('POST /stores', () => json({ id: STORE }));
  await api.open(place);
  server.on(MODELS, () => refusal(404, 'RESOURCE_DOES_NOT_EXIST', 'No such model.'));
  await expect(store.models()).rejects.toThrow('No such model.');

  expect(server.questions).toEqual([MODELS, 'POST /stores', MODELS]);
});
