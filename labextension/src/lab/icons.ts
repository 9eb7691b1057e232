/** Our icons as JupyterLab draws its own: in its colours, in tabs, menus and on the launcher's tile. */

import { LabIcon } from '@jupyterlab/ui-components';
import type { PageRef } from '../shell';
import { ICON_PATHS, type IconName } from '../views/parts/icon-paths';

/** nbflow itself. */
export const nbflowIcon = labIcon('nbflow');

/** The icon of each kind of page. */
export const PAGE_ICONS: Readonly<Record<PageRef['page'], LabIcon>> = {
  experiment: labIcon('experiment'),
  run: labIcon('sparkline'),
  compare: labIcon('compare'),
  model: labIcon('model'),
  version: labIcon('tag')
};

function labIcon(name: IconName): LabIcon {
  // `jp-icon3` gives lines the colour that icons have in the theme.
  const lines = `<path class="jp-icon3" stroke="#616161" d="${ICON_PATHS[name]}"/>`;
  const open = 'fill="none" stroke-width="1.35" stroke-linecap="round" stroke-linejoin="round"';
  return new LabIcon({
    name: `nbflow:${name}`,
    svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 16 16"><g ${open}>${lines}</g></svg>`
  });
}
