import { t } from '../i18n';
import { Icon } from '../views/parts/icons';

/** What opens a line's menu for who has no second mouse button. Keys have their own way. */
export function MoreDots() {
  return (
    <span class="nbf-line-more" data-do="more" title={t('More')} aria-hidden="true">
      <Icon name="more" />
    </span>
  );
}
