import { describe, expect, it } from 'vitest';
import { ApiError, NO_SERVER } from '../../src/api/errors';
import { Http, part } from '../../src/api/http';
import { FakeServer, json, packed, refusal } from './fake-server';

const server = (answer: () => Response) => new FakeServer().on('GET /x', answer);

describe('a question', () => {
  it('has what it is about in its address, each value by itself', async () => {
    const fake = server(() => json({}));

    await new Http(fake).ask('GET', '/x', {
      query: { filter: 'a & b = "c"', order_by: ['x', 'y'], max_results: 0, page_token: null, view: undefined }
    });

    expect([...(fake.asked[0]?.query ?? [])]).toEqual([
      ['filter', 'a & b = "c"'],
      ['order_by', 'x'],
      ['order_by', 'y'],
      ['max_results', '0']
    ]);
  });

  it('sends a body as JSON, and says so', async () => {
    const fake = new FakeServer().on('POST /x', () => json({ done: true }));

    const answer = await new Http(fake).ask('POST', '/x', { body: { name: 'n' } });

    expect(answer).toEqual({ done: true });
    expect(fake.asked[0]?.body).toEqual({ name: 'n' });
    expect(fake.asked[0]?.headers.get('Content-Type')).toBe('application/json');
  });

  it('is answered by nothing where there is nothing to say', async () => {
    expect(await new Http(server(() => new Response(null, { status: 204 }))).ask('GET', '/x')).toBeUndefined();
  });

  it('is answered anew only where something changed', async () => {
    const fake = new FakeServer().on('GET /x', ({ headers }) =>
      headers.get('If-None-Match') === '"1"' ? new Response(null, { status: 304 }) : json([1], { ETag: '"1"' })
    );
    const http = new Http(fake);

    const first = await http.answer('GET', '/x');
    const second = await http.answer('GET', '/x', { etag: first.etag });

    expect([first, second]).toEqual([
      { value: [1], etag: '"1"' },
      { value: undefined, etag: '"1"' }
    ]);
  });

  it('ends with its signal, before and while it is asked', async () => {
    const fake = server(() => json({}));
    const reason = new Error('enough');
    const http = new Http(fake.on('GET /never', () => new Promise<Response>(() => undefined) as never));
    const life = new AbortController();

    await expect(http.ask('GET', '/x', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const asking = http.ask('GET', '/never', { signal: life.signal });
    life.abort(reason);

    await expect(asking).rejects.toBe(reason);
    expect(fake.questions).toEqual(['GET /never']);
  });
});

describe('an error', () => {
  it('has the words of the server, and where the filter is wrong', async () => {
    const fake = server(() => refusal(400, 'INVALID_PARAMETER_VALUE', 'An operator is missing.', { position: 7 }));

    const error = await new Http(fake).ask('GET', '/x').catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      code: 'INVALID_PARAMETER_VALUE',
      message: 'An operator is missing.',
      details: { position: 7 },
      status: 400,
      passes: false
    });
  });

  it.each([
    [401, 'log in'],
    [404, 'install it'],
    [502, 'Its log says why'],
    [418, '418']
  ])('of a proxy, with status %d, is told in words of ours', async (status, words) => {
    const fake = server(() => new Response('<html>Bad</html>', { status }));

    await expect(new Http(fake).ask('GET', '/x')).rejects.toMatchObject({
      status,
      message: expect.stringContaining(words)
    });
  });

  it('says that nobody answered', async () => {
    const fake = server(() => json({}));
    fake.down = true;

    await expect(new Http(fake).ask('GET', '/x')).rejects.toMatchObject({ code: NO_SERVER, status: 0, passes: true });
  });

  it('says so where an answer was cut off, too', async () => {
    const body = packed({ a: 1 }).slice(0, 6);
    const fake = server(
      () => new Response(body, { headers: { 'Content-Type': 'application/vnd.nbflow+buffers; charset=x' } })
    );

    await expect(new Http(fake).ask('GET', '/x', { buffers: true })).rejects.toMatchObject({ code: NO_SERVER });
  });
});

describe('a name in an address', () => {
  it.each([
    ['a b/c?d#e', 'a%20b%2Fc%3Fd%23e'],
    ['%2e', '%252e'],
    ['.', '%252E'],
    ['..', '%252E%252E'],
    ['...', '...']
  ])('%s leads nowhere else', (name, written) => {
    expect(part(name)).toBe(written);
    expect(new URL(`http://server/models/${part(name)}/x`).pathname).toBe(`/models/${written}/x`);
  });
});
