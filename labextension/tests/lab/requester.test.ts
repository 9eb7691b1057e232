import { ServerConnection } from '@jupyterlab/services';
import { describe, expect, test } from 'vitest';
import { labRequester } from '../../src/lab/requester';

function requester(options: { token?: string; appendToken?: boolean } = {}) {
  const asked: Request[] = [];
  const opened: string[] = [];
  class Socket {
    constructor(url: string) {
      opened.push(url);
    }
  }
  const settings = ServerConnection.makeSettings({
    baseUrl: 'https://host/user/me/',
    wsUrl: 'wss://host/user/me/',
    token: '',
    appendToken: false,
    ...options,
    fetch: async input => {
      asked.push(input as Request);
      return new Response('{}');
    },
    WebSocket: Socket as unknown as typeof WebSocket
  });
  return { asked, opened, made: labRequester(settings) };
}

describe('the way to the server of JupyterLab', () => {
  test('leads below its base URL', async () => {
    const { asked, made } = requester();

    await made.fetch('/stores?a=1', { method: 'POST', body: '{}' });

    expect(asked.map(({ method, url }) => [method, url])).toEqual([
      ['POST', 'https://host/user/me/nbflow/api/stores?a=1']
    ]);
  });

  test('has no argument of its own in the address, whatever is said of the cache', async () => {
    const { asked, made } = requester();

    await made.fetch('/server', { cache: 'no-store' });

    expect(asked[0]?.url).toBe('https://host/user/me/nbflow/api/server');
  });

  test('carries the token in a header', async () => {
    const { asked, made } = requester({ token: 'secret' });

    await made.fetch('/server');

    expect(asked[0]?.headers.get('Authorization')).toBe('token secret');
  });

  test('has the token in addresses only where there is no cookie', () => {
    const plain = requester({ token: 'a b' });
    const other = requester({ token: 'a b', appendToken: true });
    plain.made.socket?.('/events');
    other.made.socket?.('/events');

    expect(plain.made.link?.('/x')).toBe('https://host/user/me/nbflow/api/x');
    expect(other.made.link?.('/x?y=1')).toBe('https://host/user/me/nbflow/api/x?y=1&token=a%20b');
    expect(plain.opened).toEqual(['wss://host/user/me/nbflow/api/events']);
    expect(other.opened).toEqual(['wss://host/user/me/nbflow/api/events?token=a%20b']);
  });
});
