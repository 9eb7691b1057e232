/** The comparison of runs. */

import { view } from '../parts/frame';
import { Comparison } from './comparison';

/** Draws the comparison. */
export const mount = view('comparison', 'comparison', Comparison);
