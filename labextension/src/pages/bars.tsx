/** Lines below a page's head: that what it shows is in the trash, and that something could not be done. */

import { t } from '../i18n';
import { Button } from '../views/parts/button';
import { Bar } from '../views/parts/message';

/** `label` says what `onRestore` brings back; where that may not be, it is null. */
export function TrashBar({ said, label, onRestore }: { said: string; label: string; onRestore: (() => void) | null }) {
  return (
    <Bar>
      {said}
      {onRestore && (
        <Button label={label} icon="undo" onClick={onRestore}>
          {t('Restore')}
        </Button>
      )}
    </Bar>
  );
}

/** Says nothing for null. */
export function TroubleBar({ said, onClose }: { said: string | null; onClose: () => void }) {
  if (said === null) return null;
  return (
    <Bar kind="error">
      {said}
      <Button label={t('Close')} icon="close" look="plain" onClick={onClose} />
    </Bar>
  );
}
