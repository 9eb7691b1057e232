/** The way to a server, made by who knows how it lets somebody in: JupyterLab, or the page of `nbflow ui`. */

export interface Requester {
  /** The address of the API, without a slash at its end: `https://host/user/me/nbflow/api`. */
  readonly url: string;
  /** The same for WebSockets. */
  readonly wsUrl: string;
  /** Asks; `path` is what comes after `url`, and begins with a slash. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Gives an address for a plain link, where that needs more than the path: a token. */
  link?(path: string): string;
  /** Opens a WebSocket, where that needs more than the path: a token, another class. */
  socket?(path: string): WebSocket;
}

const XSRF = '_xsrf';

/**
 * Makes a requester for a page of the server's own, where the browser has its cookies.
 *
 * @param url the address of the API; relative ones are the page's
 * @param page where the page is, and its cookies
 */
export function pageRequester(url: string, page: { readonly baseURI: string; readonly cookie: string }): Requester {
  const base = new URL(url, page.baseURI).href.replace(/\/+$/, '');
  return {
    url: base,
    wsUrl: base.replace(/^http/, 'ws'),
    fetch: (path, init = {}) => {
      const headers = new Headers(init.headers);
      const token = cookie(page.cookie, XSRF);
      if (token !== null) headers.set('X-XSRFToken', token);
      return fetch(base + path, { ...init, headers, credentials: 'same-origin' });
    }
  };
}

/** A cookie's value; null where there is none of that name. */
function cookie(all: string, name: string): string | null {
  for (const each of all.split(/;\s*/)) {
    const [key, value] = [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)];
    if (key === name) return decoded(value);
  }
  return null;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
