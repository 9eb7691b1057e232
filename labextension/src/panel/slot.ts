/** A section that another part of nbflow fills. */

import type { ComponentType } from 'preact';
import type { StoreInfo } from '../api/types';
import type { Services } from '../shell';

/** What a slot's component is given. */
export interface SlotProps {
  readonly store: StoreInfo;
  readonly services: Services;
}

/** A section below the others. Without one there is nothing in its place. */
export interface PanelSlot {
  /** Names it in the style sheet, and in what is kept of the panel. */
  readonly name: string;
  readonly title: string;
  readonly Body: ComponentType<SlotProps>;
}
