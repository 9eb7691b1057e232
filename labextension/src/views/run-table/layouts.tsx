/** Arrangements of columns that are saved under names, among the user's settings: for every table, tomorrow too. */

import { useEffect, useState } from 'preact/hooks';
import { Button } from '../parts/button';
import { TextField } from '../parts/field';
import { Icon } from '../parts/icons';
import { Popup } from '../parts/popup';
import { UserText } from '../parts/text';
import { layoutOf, readLayout } from './state';
import type { Model } from './use-model';

interface Layouts {
  readonly layouts: Readonly<Record<string, unknown>>;
  /** The one that the next table begins with. */
  readonly last?: string | null;
}

/** Shows the saved layouts, to take one or to save this one. */
export function LayoutBox({ model, anchor, onClose }: { model: Model; anchor: HTMLElement; onClose: () => void }) {
  const { source, state, set } = model;
  const [saved, setSaved] = useState<Layouts | null>(null);
  const [name, setName] = useState(state.layout ?? '');
  const [wrong, setWrong] = useState<string | null>(null);
  const tell = (error: unknown) => setWrong(error instanceof Error ? error.message : String(error));
  useEffect(() => {
    const stop = new AbortController();
    source.ask<Layouts>('layouts', {}, stop.signal).then(setSaved, error => stop.signal.aborted || tell(error));
    return () => stop.abort();
  }, [source]);
  const save = async () => {
    const called = name.trim();
    if (!called) return;
    try {
      await source.ask('save_layout', { name: called, layout: layoutOf(state) });
      set({ layout: called });
      onClose();
    } catch (error) {
      tell(error);
    }
  };
  const remove = async (called: string) => {
    try {
      setSaved(await source.ask<Layouts>('delete_layout', { name: called }));
      if (state.layout === called) set({ layout: null });
    } catch (error) {
      tell(error);
    }
  };
  const take = (called: string | null) => {
    set({ ...readLayout(called === null ? null : saved?.layouts[called]), layout: called });
    // So that the next table begins with it; if that cannot be kept, this one has it all the same.
    source.ask('use_layout', { name: called }).catch(() => undefined);
    onClose();
  };
  const names = Object.keys(saved?.layouts ?? {});
  return (
    <Popup label="Layouts" anchor={anchor} onClose={onClose}>
      <div class="nbf-layouts">
        {names.length > 0 && (
          <button type="button" class="nbf-menu-item" onClick={() => take(null)}>
            <span class="nbf-menu-icon">{state.layout === null && <Icon name="check" />}</span>
            <span class="nbf-menu-label">As it is by itself</span>
          </button>
        )}
        {names.map(called => (
          <div key={called} class="nbf-layout">
            <button type="button" class="nbf-menu-item" onClick={() => take(called)}>
              <span class="nbf-menu-icon">{state.layout === called && <Icon name="check" />}</span>
              <span class="nbf-menu-label">
                <UserText text={called} limit={40} />
              </span>
              {saved?.last === called && <span class="nbf-menu-keys">last used</span>}
            </button>
            <Button label={`Delete layout ${called}`} icon="trash" look="plain" onClick={() => void remove(called)} />
          </div>
        ))}
        {!names.length && (
          <div class="nbf-soft nbf-hint">{saved ? 'No layout is saved yet.' : wrong ? '' : 'Asking …'}</div>
        )}
        <div class="nbf-layout-save">
          <TextField
            label="Name of this layout"
            placeholder="name of this layout"
            value={name}
            onInput={setName}
            onEnter={() => void save()}
            focus
          />
          <Button
            label="Save this layout; the next table begins with it"
            look="main"
            disabled={!name.trim()}
            onClick={() => void save()}
          >
            Save
          </Button>
        </div>
        {wrong && <div class="nbf-wrong">{wrong}</div>}
      </div>
    </Popup>
  );
}
