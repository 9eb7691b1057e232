/** The page of a run. */

import { view } from '../parts/frame';
import { patched } from './data';
import { RunPage } from './page';

/** Draws the page. */
export const mount = view('run', 'run-page', RunPage);

/** Takes a change into the data of a running run. */
export const patch = patched;
