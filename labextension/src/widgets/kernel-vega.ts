/** The drawing of charts where the page has none of ours: from the kernel, as the views are. */

import type { LoadVega } from '../lab/as-widget';
import { Asking } from '../lab/asking';
import type { Vega } from '../views/source';
import { importText } from './import-text';

let loaded: Promise<Vega | null> | null = null;

export const kernelVega: LoadVega = ({ model }) => {
  loaded ??= fetchVega(new Asking(model, () => undefined)).catch(() => null); // then the static picture does
  return loaded;
};

async function fetchVega(asking: Asking): Promise<Vega> {
  const { js } = (await asking.ask('bundle', { name: 'vega' }).finally(() => asking.close())) as { js: string };
  return ((await importText(js)) as { vega: Vega }).vega;
}
