import { expect, it } from 'vitest';
import { readPayload } from '../src/lab/payload';

it('reads what is whole, and mends what may be missing', () => {
  const whole = { version: 1, kind: 'runs', model_id: 'm', data: [], state: { a: 1 }, revision: 2 };

  expect(readPayload(whole)).toEqual(whole);
  expect(readPayload({ version: 1, kind: 'runs', model_id: '', state: [] })).toEqual({
    version: 1,
    kind: 'runs',
    data: null,
    state: {},
    revision: 0
  });
});

it('reads data that were kept as a text', () => {
  expect(readPayload({ version: 1, kind: 'runs', data: '{"rows": [1]}' })).toMatchObject({ data: { rows: [1] } });
});

it.each([[null], ['text'], [[]], [{}], [{ version: '1' }], [{ version: 1, data: '{' }]])(
  'says that %o is damaged',
  value => {
    expect(readPayload(value)).toMatch(/damaged/);
  }
);

it('says that a later version is one', () => {
  expect(readPayload({ version: 2, kind: 'runs' })).toMatch(/newer nbflow/);
});
