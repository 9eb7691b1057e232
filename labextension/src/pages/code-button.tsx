/** Code that loads what a page shows: into the notebook in front, or to the clipboard. */

import type { StoreInfo } from '../api/types';
import type { CodeStore } from '../code';
import { t } from '../i18n';
import type { Shell } from '../shell';
import { Button } from '../views/parts/button';
import { CopyButton } from '../views/parts/copy';
import type { Crumb } from './frame';

export interface CodeButtonProps {
  shell: Shell;
  info: StoreInfo | undefined;
  /** What code it is: `the code that loads this run`. */
  label: string;
  code: (store: CodeStore) => string;
}

/** The buttons; none until the store's place is known. */
export function CodeButton({ shell, info, label, code }: CodeButtonProps) {
  if (!info) return null;
  const text = () => code({ path: info.path, isNotebooks: false });
  const { insert } = shell;
  return (
    <>
      <CopyButton text={text} label={t('Copy %1', label)}>
        {t('Code')}
      </CopyButton>
      {insert && (
        <Button
          label={t('Put %1 into the notebook', label)}
          icon="down"
          look="plain"
          onClick={() => void insert(text())}
        />
      )}
    </>
  );
}

/** Where a page is, at the top: its store. */
export function storeOf(info: StoreInfo | undefined, id: string): Crumb {
  return { text: info?.name ?? t('store %1', id.slice(0, 6)), title: info?.path };
}
