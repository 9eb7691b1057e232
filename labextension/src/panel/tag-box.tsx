/** Sets a tag of runs, or takes it away. */

import { t, tn } from '../i18n';
import type { PopupProps } from '../views/parts/popup';
import { AskBox } from './ask-box';

export interface TagBoxProps {
  anchor: PopupProps['anchor'];
  runIds: readonly string[];
  /** Keys of tags that other runs have. */
  known: readonly string[];
  onTag: (runIds: readonly string[], key: string, value: string | null) => Promise<void>;
  onClose: () => void;
}

/** Asks for key and value. */
export function TagBox({ anchor, runIds, known, onTag, onClose }: TagBoxProps) {
  const n = runIds.length;
  return (
    <AskBox
      label={tn('Tag %1 run', 'Tag %1 runs', n)}
      anchor={anchor}
      fields={[
        {
          label: t('Key of the tag'),
          placeholder: t('key'),
          list: known.filter(key => !key.startsWith('mlflow.')).slice(0, 100)
        },
        { label: t('Value of the tag'), placeholder: t('value'), optional: true }
      ]}
      action={t('Set')}
      onDone={([key = '', value = '']) => onTag(runIds, key, value)}
      other={{ action: t('Remove'), onDone: ([key = '']) => onTag(runIds, key, null) }}
      onClose={onClose}
    />
  );
}
