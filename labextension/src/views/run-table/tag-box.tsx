/** Sets a tag of the runs that are selected, or takes it away. */

import { useState } from 'preact/hooks';
import { Button } from '../parts/button';
import { TextField } from '../parts/field';
import { Popup } from '../parts/popup';
import type { Changes } from './use-changes';
import type { Model } from './use-model';

export interface TagBoxProps {
  model: Model;
  runIds: readonly string[];
  anchor: HTMLElement;
  onClose: () => void;
  onTag: Changes['tag'];
}

/** Asks for key and value. */
export function TagBox({ model, runIds, anchor, onClose, onTag }: TagBoxProps) {
  const [key, setKey] = useState('');
  const [value, setValue] = useState('');
  const known = model.table.columns.filter(({ kind, id }) => kind === 'tag' && !id.startsWith('tags.mlflow.'));
  const put = (to: string | null) => {
    if (!key.trim()) return;
    onTag(runIds, key.trim(), to);
    onClose();
  };
  return (
    <Popup label="Tag" anchor={anchor} onClose={onClose}>
      <div class="nbf-filter-box">
        <TextField
          label="Key of the tag"
          placeholder="key"
          value={key}
          onInput={setKey}
          list={known.slice(0, 100).map(({ name }) => name)}
          focus
        />
        <TextField
          label="Value of the tag"
          placeholder="value"
          value={value}
          onInput={setValue}
          onEnter={() => put(value)}
        />
        <span class="nbf-row-of-buttons">
          <Button label="Set this tag" look="main" disabled={!key.trim()} onClick={() => put(value)}>
            Set
          </Button>
          <Button label="Take this tag away" look="plain" disabled={!key.trim()} onClick={() => put(null)}>
            Remove
          </Button>
        </span>
      </div>
    </Popup>
  );
}
