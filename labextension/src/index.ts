import { renderer } from './lab/renderer';
import { vega } from './lab/vega';

export default [renderer, vega];
