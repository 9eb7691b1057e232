/** The tags of a model, to be set and taken away. */

import { t } from '../../i18n';
import { Button } from '../../views/parts/button';
import { tip, UserText } from '../../views/parts/text';
import { AskButton } from '../dialog';

export interface TagsProps {
  tags: Readonly<Record<string, string>>;
  /** Sets one; null where nobody may. */
  onSet: ((key: string, value: string) => Promise<unknown>) | null;
  onDrop: (key: string) => void;
}

/** The tags; nothing where there are none and none can be set. */
export function Tags({ tags, onSet, onDrop }: TagsProps) {
  const all = Object.entries(tags);
  if (!all.length && !onSet) return null;
  return (
    <ul class="nbf-pages-tags" aria-label={t('Tags')}>
      {all.map(([key, value]) => (
        <li key={key} class="nbf-pages-tag">
          <UserText text={key} limit={40} />
          {value !== '' && (
            <span class="nbf-soft">
              <UserText text={value} limit={60} />
            </span>
          )}
          {onSet && (
            <Button label={t('Take the tag %1 away', tip(key))} icon="close" look="plain" onClick={() => onDrop(key)} />
          )}
        </li>
      ))}
      {onSet && (
        <li>
          <AskButton
            label={t('Set a tag')}
            icon="tag"
            look="plain"
            text={all.length ? undefined : t('Tag')}
            fields={[
              { name: 'key', label: t('Tag'), list: all.map(([key]) => key) },
              { name: 'value', label: t('Value'), optional: true }
            ]}
            does={t('Set')}
            act={({ key, value }) => onSet(key.trim(), value)}
          />
        </li>
      )}
    </ul>
  );
}
