/** What the panel and the pages ask of what is around them: JupyterLab, or the page of `nbflow ui`. */

import type { Api } from './api/api';
import type { StoreInfo } from './api/types';

/** A page, and what it is of. */
export type PageRef =
  | { readonly page: 'experiment'; readonly store: string; readonly experiment_id: string; readonly filter?: string }
  | { readonly page: 'run'; readonly store: string; readonly run_id: string }
  | { readonly page: 'compare'; readonly store: string; readonly run_ids: readonly string[] }
  | { readonly page: 'model'; readonly store: string; readonly name: string }
  | { readonly page: 'version'; readonly store: string; readonly name: string; readonly version: number };

export interface Shell {
  /** Opens a page in a tab, or shows the tab that has it already. */
  open(ref: PageRef): void;
  /** The address that a page has for others, to be sent to somebody; without it, none is offered. */
  link?(ref: PageRef): string;
  /** Puts code into the notebook in front as a new cell, and tells whether there was one; null where there are none. */
  readonly insert: ((code: string) => Promise<boolean>) | null;
  /** Begins to drag code, which becomes a cell where it is dropped; null where there is nowhere to drop it. */
  readonly dragStart: ((event: PointerEvent | DragEvent, code: string, label: string) => void) | null;
  /** Opens a notebook by its path, at a cell where that is known; null where there are none. */
  readonly openNotebook: ((path: string, cellId: string | null) => Promise<void>) | null;
  /** Hears which store the panel shows. */
  onStoreChosen?(store: StoreInfo): void;
  /** The path of the notebook in front, as the server's contents know it; null where there is none. */
  notebookFolder(): string | null;
  /** Calls back when another notebook comes to the front; gives the way to stop. */
  onNotebookChanged(changed: () => void): () => void;
}

/** What is kept over a reload. Values are JSON. */
export interface StateStore {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

export interface Services {
  readonly api: Api;
  readonly shell: Shell;
  readonly state: StateStore;
}
