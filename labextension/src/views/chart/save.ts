/** A chart as a file of the browser's. */

import { download } from '../parts/copy';
import type { Chart } from '../source';

/** Saves a chart under a name made from its label. */
export async function saveChart(chart: Chart, type: 'svg' | 'png', label: string): Promise<void> {
  const name = `${label.replace(/[^\p{L}\p{N}._-]+/gu, '-').slice(0, 80) || 'chart'}.${type}`;
  const image = await chart.image(type);
  if (type === 'svg') return download(name, image, 'image/svg+xml');
  const link = document.createElement('a');
  link.href = image;
  link.download = name;
  link.click();
}
