/** What our plugins share: services that are loaded when the first of them is wanted. */

import { Token } from '@lumino/coreutils';
import type { Services } from '../shell';
import type { LabState } from './state';

/** Services whose state can be offered settings. */
export interface LabServices extends Services {
  readonly state: LabState;
}

export interface INbflow {
  /** Loads the way to the server, once; JupyterLab's start does not pay for it. */
  services(): Promise<LabServices>;
  /** The address of the pages that the server shows without JupyterLab. */
  readonly pagesUrl: string;
}

export const INbflow = new Token<INbflow>('nbflow:INbflow', 'The stores of nbflow, and what shows them.');
