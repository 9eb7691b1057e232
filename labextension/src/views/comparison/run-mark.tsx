/** The mark of a run: a swatch of its colour and its letter, as in all charts. */

import { cut, UserText, visible } from '../parts/text';
import type { RunHead } from './data';

const NAME_LENGTH = 26;

/** A swatch and a letter. */
export function RunMark({ run }: { run: RunHead }) {
  return (
    <span class="nbf-compare-mark">
      <span class="nbf-compare-swatch" style={{ background: run.color }} aria-hidden="true" />
      <span class="nbf-compare-letter">{run.letter}</span>
    </span>
  );
}

export interface RunChipProps {
  run: RunHead;
  selected: boolean;
  /** Whether others are selected and this one is not. */
  faded: boolean;
  onPick: (id: string, add: boolean) => void;
}

/** A run to be clicked: alone, or with Shift or Ctrl beside those that are selected. */
export function RunChip({ run, selected, faded, onPick }: RunChipProps) {
  return (
    <button
      type="button"
      class={`nbf-compare-chip${faded ? ' nbf-compare-faded' : ''}`}
      aria-pressed={selected}
      aria-label={`Select run ${run.letter}, ${cut(visible(run.name), NAME_LENGTH)}`}
      title="Click to select; with Shift or Ctrl, more of them"
      onClick={event => onPick(run.id, event.shiftKey || event.ctrlKey || event.metaKey)}
    >
      <RunMark run={run} /> <UserText text={run.name} limit={NAME_LENGTH} />
    </button>
  );
}
