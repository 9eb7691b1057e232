/** The form of a function's or a notebook's parameters. */

import { view } from '../parts/frame';
import { Form } from './form';

/** Draws the form. */
export const mount = view('form', 'form', Form);
