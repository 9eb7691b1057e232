/** What somebody wrote about an experiment, a run or a model; to be written anew in its place. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../i18n';
import { Prose } from '../views/model-card/table';
import { Button } from '../views/parts/button';

/** The tag that experiments and runs keep it in. */
export const NOTE_TAG = 'mlflow.note.content';

export interface NoteProps {
  text: string;
  /** Keeps another text; absent where nobody may write. */
  onSave?: ((text: string) => Promise<unknown>) | undefined;
}

/** The text, and a way to change it. */
export function Note({ text, onSave }: NoteProps) {
  const [editing, setEditing] = useState(false);
  if (editing && onSave) return <Editor text={text} onSave={onSave} onClose={() => setEditing(false)} />;
  if (!text.trim()) {
    if (!onSave) return null;
    return (
      <div class="nbf-pages-note">
        <Button label={t('Describe it')} icon="edit" look="plain" onClick={() => setEditing(true)}>
          {t('Describe it')}
        </Button>
      </div>
    );
  }
  return (
    <div class="nbf-pages-note">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys */}
      <section class="nbf-pages-note-text" tabIndex={0} aria-label={t('Description')}>
        <Prose text={text} />
      </section>
      {onSave && (
        <Button label={t('Change the description')} icon="edit" look="plain" onClick={() => setEditing(true)} />
      )}
    </div>
  );
}

function Editor({
  text,
  onSave,
  onClose
}: {
  text: string;
  onSave: (text: string) => Promise<unknown>;
  onClose: () => void;
}) {
  const [now, setNow] = useState(text);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string | null>(null);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => area.current?.focus({ preventScroll: true }), []);
  const save = async () => {
    setBusy(true);
    try {
      await onSave(now);
      onClose();
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <div class="nbf-pages-note nbf-pages-editor">
      <textarea
        ref={area}
        class="nbf-dialog-long"
        rows={4}
        aria-label={t('Description')}
        dir="auto"
        value={now}
        onInput={event => setNow(event.currentTarget.value)}
        onKeyDown={event => {
          event.stopPropagation();
          if (event.key === 'Escape') onClose();
          else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save();
        }}
      />
      {wrong !== null && (
        <div class="nbf-dialog-wrong" role="alert">
          {wrong}
        </div>
      )}
      <div class="nbf-dialog-buttons">
        <Button label={t('Keep it')} look="main" disabled={busy} onClick={() => void save()}>
          {t('Keep it')}
        </Button>
        <Button label={t('Cancel')} onClick={onClose}>
          {t('Cancel')}
        </Button>
      </div>
    </div>
  );
}
