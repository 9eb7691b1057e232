/** Icons, drawn with the colour of the text; what they mean is said by the control that holds them. */

import { ICON_PATHS, type IconName } from './icon-paths';

export type { IconName };

/** An icon, as large as the text beside it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="nbf-icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={ICON_PATHS[name]} />
    </svg>
  );
}
