/** What every section of the panel works with. */

import type { StoreApi } from '../api/store-api';
import type { StoreInfo } from '../api/types';
import type { CodeStore } from '../code';
import { t } from '../i18n';
import type { Services, Shell } from '../shell';
import { copyText } from '../views/parts/copy';
import type { IconName } from '../views/parts/icons';
import type { Undoable } from '../views/parts/undo';

/** Numbers that change when something of the store did. */
export interface Ticks {
  readonly runs: number;
  readonly experiments: number;
  readonly models: number;
}

export interface Context {
  readonly services: Services;
  readonly store: StoreInfo;
  readonly api: StoreApi;
  /** The store as cells name it. */
  readonly code: CodeStore;
  /** Whether nothing can be changed, whatever it is. */
  readonly readOnly: boolean;
  readonly ticks: Ticks;
  /** Makes changes, and says what was done last. */
  readonly undo: Undoable;
}

/** Puts code into the notebook in front; where there is none, onto the clipboard. */
export async function put({ services: { shell }, undo }: Context, code: string): Promise<void> {
  if (shell.insert && (await shell.insert(code).catch(() => false))) {
    undo.say(t('A cell was added to the notebook'));
    return;
  }
  const done = await copyText(code);
  if (!done) undo.say(t('The code could not be copied'), true);
  else if (shell.insert) undo.say(t('No notebook is open: the code is on the clipboard'));
  else undo.say(t('Copied: paste it into a cell'));
}

/** What a button does that puts code somewhere: its name and icon. */
export function putting({ insert }: Shell): { readonly label: string; readonly icon: IconName } {
  return insert ? { label: t('Insert code'), icon: 'insert' } : { label: t('Copy code'), icon: 'copy' };
}

/** Copies, and says so. */
export async function copy({ undo }: Context, text: string, said: string): Promise<void> {
  const done = await copyText(text);
  undo.say(done ? said : t('Could not copy'), !done);
}

/** A change of one thing, which is done or fails as a whole. */
export function whole(id: string, change: () => Promise<unknown>) {
  return async () => {
    await change();
    return { done: [id], wrong: null };
  };
}
