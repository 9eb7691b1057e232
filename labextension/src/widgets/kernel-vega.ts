/** The drawing of charts where the page has none of ours: from the kernel, as the views are. */

import type { LoadVega } from '../lab/as-widget';
import { askOnce } from '../lab/asking';
import type { WidgetModel } from '../lab/widget-model';
import type { Vega } from '../views/source';
import { importText } from './import-text';

let loaded: Promise<Vega | null> | null = null;

export const kernelVega: LoadVega = ({ model }) => {
  loaded ??= fetchVega(model).catch(() => {
    loaded = null; // the next chart asks again; for this one the static picture does
    return null;
  });
  return loaded;
};

async function fetchVega(model: WidgetModel): Promise<Vega> {
  const { js } = (await askOnce(model, 'bundle', { name: 'vega' })) as { js: string };
  return ((await importText(js)) as { vega: Vega }).vega;
}
