/** Changes that were made, each with its way back: what was done last, in words. */

import { useEffect, useRef, useState } from 'preact/hooks';

/** Does something, and says what of it was not done. */
export type Change = () => Promise<Outcome>;

export interface Outcome {
  /** What was changed, by id. */
  readonly done: readonly string[];
  /** Why the rest was not; null where there is none. */
  readonly wrong: string | null;
}

export interface Undoable {
  /** What was done or went wrong last. */
  readonly said: string | null;
  readonly failed: boolean;
  /** Takes it back; null where there is nothing to take back. */
  readonly undo: (() => void) | null;
  readonly busy: boolean;
  /** Makes a change. `undo` gives its way back, of what was done. */
  run(
    change: Change,
    words: (done: readonly string[]) => string,
    undo: (done: readonly string[]) => Change | null
  ): Promise<void>;
  say(text: string, failed?: boolean): void;
  forget(): void;
}

/** The words of the hook itself. */
export interface UndoWords {
  readonly nothing: string;
  tookBack(n: number): string;
}

interface Said {
  readonly text: string;
  readonly failed: boolean;
  readonly undo: Change | null;
}

/** Keeps what was changed last. */
export function useUndo({ nothing, tookBack }: UndoWords): Undoable {
  const [said, setSaid] = useState<Said | null>(null);
  const [busy, setBusy] = useState(false);
  const gone = useRef(false);
  useEffect(
    () => () => {
      gone.current = true;
    },
    []
  );
  const run: Undoable['run'] = async (change, words, undo) => {
    setBusy(true);
    let after: Said;
    try {
      const { done, wrong } = await change();
      const text = [done.length ? words(done) : '', wrong ?? ''].filter(Boolean).join('. ');
      after = { text: text || nothing, failed: wrong !== null, undo: done.length ? undo(done) : null };
    } catch (error) {
      after = { text: error instanceof Error ? error.message : String(error), failed: true, undo: null };
    }
    if (gone.current) return;
    setSaid(after);
    setBusy(false);
  };
  const back = said?.undo;
  return {
    said: said?.text ?? null,
    failed: said?.failed ?? false,
    undo: back
      ? () =>
          void run(
            back,
            done => tookBack(done.length),
            () => null
          )
      : null,
    busy,
    run,
    say: (text, failed = false) => setSaid({ text, failed, undo: null }),
    forget: () => setSaid(null)
  };
}
