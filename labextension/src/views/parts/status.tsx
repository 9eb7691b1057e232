/** The state of a run as a mark and a word: never told by colour alone. */

import { cut, visible } from './text';

const MARKS: Readonly<Record<string, string>> = {
  FINISHED: '✓',
  FAILED: '✗',
  KILLED: '■',
  RUNNING: '●',
  SCHEDULED: '○'
};

/** The mark of a status; `?` for one that is not known. */
export function statusMark(status: string): string {
  return Object.hasOwn(MARKS, status) ? (MARKS[status] ?? '?') : '?';
}

/** Shows a status: its mark in its colour, and its name. */
export function Status({ status }: { status: string }) {
  const known = Object.hasOwn(MARKS, status);
  return (
    <span class="nbf-status">
      <span class={known ? `nbf-mark nbf-is-${status.toLowerCase()}` : 'nbf-mark'} aria-hidden="true">
        {statusMark(status)}
      </span>
      {`\u00a0${cut(visible(status), 40).toLowerCase()}`}
    </span>
  );
}
