import { asWidget } from '../lab/as-widget';
import { anyView } from '../lab/view-module';
import * as view from '../views/form';
import { kernelVega } from './kernel-vega';

export const { render } = asWidget(anyView(view), kernelVega);
