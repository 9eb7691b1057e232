/** The live display of a run, while it runs and ever after. */

import { view } from '../parts/frame';
import { patched } from './data';
import { LiveDisplay } from './display';

/** Draws the display. */
export const mount = view('live display', 'live', LiveDisplay);

/** Takes a change into the data. */
export const patch = patched;
