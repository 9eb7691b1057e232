/** The way to the server that JupyterLab came from: its address, its token and its cookie against forged requests. */

import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { Requester } from '../api/requester';

/** Where the pages of the server are, below its base URL. */
const PAGES = 'nbflow/';
const API = 'nbflow/api';

/** Makes a requester of what JupyterLab knows of its server. */
export function labRequester(settings: ServerConnection.ISettings): Requester {
  const url = URLExt.join(settings.baseUrl, API);
  const wsUrl = URLExt.join(settings.wsUrl, API);
  const withToken = (address: string): string => {
    if (!settings.appendToken || !settings.token) return address; // the browser has a cookie
    return `${address}${address.includes('?') ? '&' : '?'}token=${encodeURIComponent(settings.token)}`;
  };
  return {
    url,
    wsUrl,
    // Of `no-store`, JupyterLab makes an argument in the address, which ours would refuse; `reload` does the same.
    fetch: (path, init = {}) => ServerConnection.makeRequest(url + path, { ...init, cache: 'reload' }, settings),
    link: path => withToken(url + path),
    socket: path => new settings.WebSocket(withToken(wsUrl + path))
  };
}

/** The address of the page that `nbflow ui` shows, on the same server. */
export function pagesUrl(settings: ServerConnection.ISettings): string {
  return URLExt.join(settings.baseUrl, PAGES);
}
