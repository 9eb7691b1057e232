/** What the keys do in the table: pure, but for what they call. */

import type { Lines } from './lines';

/** Where the cursor is: a line (-1 is the head) and a column. */
export interface Cursor {
  readonly line: number;
  readonly column: number;
}

/** What keys can do, besides moving the cursor. */
export interface Actions {
  select(line: number, how: 'only' | 'toggle' | 'range'): void;
  selectAll(): void;
  selectNone(): void;
  copy(): void;
  fold(line: number, open: boolean): void;
  rename(line: number): void;
  /** Opens a run's page, where there are pages. */
  open?(line: number): void;
  remove(): void;
  sort(column: number, add: boolean): void;
  menu(column: number): void;
  move(column: number, by: -1 | 1): void;
  widen(column: number, by: number): void;
}

type KeyEvent = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>;

/** Does what a key says. Gives the cursor after it, or null where the key is none of the table's. */
export function onKey(
  event: KeyEvent,
  at: Cursor,
  lines: Lines,
  columns: number,
  page: number,
  actions: Actions
): Cursor | null {
  const command = event.ctrlKey || event.metaKey;
  if (event.altKey) return at.line < 0 ? onHeadKey(event, at, columns, actions) : null;
  if (command && event.key.toLowerCase() === 'a') actions.selectAll();
  else if (command && event.key.toLowerCase() === 'c') actions.copy();
  else if (event.key === 'Escape') actions.selectNone();
  else
    return (
      moving(event, at, lines, columns, page, actions) ??
      (at.line < 0 ? onHeadKey(event, at, columns, actions) : onLineKey(event, at, lines, actions))
    );
  return at;
}

function moving(
  event: KeyEvent,
  at: Cursor,
  lines: Lines,
  columns: number,
  page: number,
  actions: Actions
): Cursor | null {
  const command = event.ctrlKey || event.metaKey;
  const last = lines.length - 1;
  const fold = lines.fold[at.line] ?? 0;
  let { line, column } = at;
  switch (event.key) {
    case 'ArrowDown':
      line = command ? last : line + 1;
      break;
    case 'ArrowUp':
      line = command ? 0 : line - 1;
      break;
    case 'PageDown':
      line += page;
      break;
    case 'PageUp':
      line = Math.max(line - page, 0);
      break;
    case 'Home':
      if (command) line = 0;
      column = 0;
      break;
    case 'End':
      if (command) line = last;
      column = columns - 1;
      break;
    case 'ArrowRight':
      if (column === 0 && fold === 1) {
        actions.fold(line, true);
        return at;
      }
      column++;
      break;
    case 'ArrowLeft':
      if (column === 0 && fold === 2) {
        actions.fold(line, false);
        return at;
      }
      if (column === 0 && line >= 0) line = above(lines, line);
      column--;
      break;
    default:
      return null;
  }
  line = Math.min(Math.max(line, -1), last);
  column = Math.min(Math.max(column, 0), columns - 1);
  if (event.shiftKey && line >= 0 && line !== at.line) actions.select(line, 'range');
  return { line, column };
}

/** The line that this one stands below in the tree; itself where there is none. */
function above(lines: Lines, line: number): number {
  const depth = lines.depth[line] ?? 0;
  for (let up = line - 1; up >= 0 && depth > 0; up--) if ((lines.depth[up] ?? 0) < depth) return up;
  return line;
}

function onLineKey(event: KeyEvent, at: Cursor, lines: Lines, actions: Actions): Cursor | null {
  const { line } = at;
  const fold = lines.fold[line] ?? 0;
  if (event.key === ' ') actions.select(line, event.shiftKey ? 'range' : 'toggle');
  else if (event.key === 'Enter') {
    if (fold && (lines.row[line] ?? -1) < 0) actions.fold(line, fold === 1);
    else if (actions.open) actions.open(line);
    else actions.select(line, 'only');
  } else if (event.key === 'F2') actions.rename(line);
  else if (event.key === 'Delete') actions.remove();
  else return null;
  return at;
}

function onHeadKey(event: KeyEvent, at: Cursor, columns: number, actions: Actions): Cursor | null {
  const { column } = at;
  if (event.altKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
    const by = event.key === 'ArrowLeft' ? -1 : 1;
    actions.move(column, by);
    return { line: -1, column: Math.min(Math.max(column + by, 0), columns - 1) };
  }
  if (event.altKey && event.key !== 'ArrowDown') return null;
  if (event.key === 'Enter' || event.key === ' ') actions.sort(column, event.shiftKey);
  else if (event.key === 'ContextMenu' || event.key === 'F10' || event.altKey) actions.menu(column);
  else if (event.key === '+' || event.key === '=') actions.widen(column, 16);
  else if (event.key === '-') actions.widen(column, -16);
  else return null;
  return at;
}
