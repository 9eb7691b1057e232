/** The page of `nbflow ui`: begins where the page says its server is. */

import { render } from 'preact';
import { Api } from '../api/api';
import { pageRequester } from '../api/requester';
import type { Vega } from '../views/source';
import { App } from './app';
import { browserStorage, Storing } from './kept';
import { Theme } from './theme';

/** Loaded with the first chart. */
const vega = async (): Promise<Vega | null> => (await import('../views/vega')).vega;

const { body } = document;
const base = (body.dataset.baseUrl ?? '/').replace(/\/*$/, '/');
const state = new Storing(browserStorage(), base);
const api = new Api(pageRequester(`${base}nbflow/api`, document), { vega, state });
body.dataset.nbfFrames = 'still'; // the page's policy: no scripts but its own
const root = document.createElement('div');
body.replaceChildren(root);
render(<App api={api} state={state} theme={new Theme(body, state, new AbortController().signal)} />, root);
