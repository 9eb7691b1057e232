import { notebook } from './lab/notebook';
import { panel } from './lab/panel-plugin';
import { renderer } from './lab/renderer';
import { services } from './lab/services';
import { tabs } from './lab/tabs';
import { vega } from './lab/vega';

export default [notebook, panel, renderer, services, tabs, vega];
