/** Which sections are open. */

import type { StateStore } from '../shell';
import { texts } from '../views/given';
import { FOLDED_KEY, useKept } from './kept';

export interface Fold {
  readonly open: boolean;
  set(open: boolean): void;
}

/** Gives the fold of each section by its name; all are open at first. */
export function useFolds(state: StateStore): (name: string) => Fold {
  const [folded, setFolded] = useKept(state, FOLDED_KEY, texts);
  return name => ({
    open: !folded.includes(name),
    set: open => setFolded(open ? folded.filter(each => each !== name) : [...folded, name])
  });
}
