/** The card of a model. */

import { view } from '../parts/frame';
import { Card } from './card';

/** Draws the card. */
export const mount = view('model card', 'model-card', Card);
