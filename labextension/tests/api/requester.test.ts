import { expect, it, vi } from 'vitest';
import { pageRequester } from '../../src/api/requester';

const page = (cookie: string) => ({ baseURI: 'https://hub/user/me/nbflow/', cookie });

it.each([
  ['../nbflow/api/', 'https://hub/user/me/nbflow/api'],
  ['/nbflow/api', 'https://hub/nbflow/api']
])('is of the address %s as the page sees it', (url, whole) => {
  const requester = pageRequester(url, page(''));

  expect(requester.url).toBe(whole);
  expect(requester.wsUrl).toBe(whole.replace('https', 'wss'));
});

it("sends the server's own word against forged requests, as it is at that moment", async () => {
  const asked = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response());
  const here = { ...page('a=1; _xsrf=2|ab=c%3D; b=2') };
  const requester = pageRequester('api', here);
  const sent = (n: number) => new Headers(asked.mock.calls[n]?.[1]?.headers);

  await requester.fetch('/stores', { method: 'POST', headers: { Accept: 'x' } });
  here.cookie = 'not_xsrf=3';
  await requester.fetch('/stores');

  expect(asked.mock.calls[0]?.[0]).toBe('https://hub/user/me/nbflow/api/stores');
  expect(asked.mock.calls[0]?.[1]).toMatchObject({ method: 'POST', credentials: 'same-origin' });
  expect([sent(0).get('X-XSRFToken'), sent(0).get('Accept')]).toEqual(['2|ab=c=', 'x']);
  expect(sent(1).has('X-XSRFToken')).toBe(false);
});
