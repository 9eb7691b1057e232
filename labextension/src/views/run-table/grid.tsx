/** The table itself: a window onto lines and columns, with a cursor. */

// biome-ignore-all lint/a11y/useSemanticElements: the rows of a <table> cannot be left out and put where they are seen

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Placed } from './arrange';
import { HEAD_HEIGHT, Head } from './head';
import { type Actions, type Cursor, onKey } from './keys';
import { ROW_HEIGHT, Row } from './row';
import { howOf, lineOf, runsOf } from './selection';
import type { Curves } from './use-curves';
import type { Model } from './use-model';
import { useVirtual } from './virtual';

const OVERSCAN = 5;

export interface GridProps {
  model: Model;
  actions: Actions;
  /** The run whose name is edited. */
  renaming: string | null;
  onRenamed: (name: string | null) => void;
  onMenu: (placed: Placed, anchor: HTMLElement) => void;
  onMove: (placed: Placed, before: Placed | null) => void;
  onSort: (placed: Placed, add: boolean) => void;
  curves: Curves;
  empty: ComponentChildren;
}

/** Draws what is seen of the table. */
export function Grid(props: GridProps) {
  const { model, actions, renaming, onRenamed, curves, empty } = props;
  const { table, lines, arranged, state } = model;
  const { placed, nPinned, pinnedWidth, width } = arranged;
  const uid = useId();
  const box = useRef<HTMLDivElement>(null);
  const [cursor, setDrawn] = useState<Cursor>({ line: 0, column: 0 });
  const latest = useRef(cursor); // keys may be faster than drawing
  const setCursor = (to: Cursor) => {
    latest.current = to;
    setDrawn(to);
  };
  const center = useMemo(() => placed.slice(nPinned), [placed, nPinned]);
  const rows = useVirtual({
    count: lines.length,
    size: () => ROW_HEIGHT,
    element: () => box.current,
    sizes: null,
    overscan: OVERSCAN,
    before: HEAD_HEIGHT
  });
  const columns = useVirtual({
    count: center.length,
    size: index => center[index]?.width ?? 0,
    element: () => box.current,
    sizes: center,
    overscan: 1,
    horizontal: true,
    before: pinnedWidth
  });
  useSteadyScroll(model, box, cursor, setCursor);

  const seenRows = rows.getVirtualItems();
  const seenColumns = columns.getVirtualItems();
  const first = seenColumns[0]?.index ?? 0;
  const end = (seenColumns.at(-1)?.index ?? -1) + 1;
  const shown = useMemo(
    () => [...placed.slice(0, nPinned), ...center.slice(first, end)],
    [placed, nPinned, center, first, end]
  );
  const gap = center[first]?.start ?? 0;
  useEffect(() => {
    const runs = seenRows.map(({ index }) => lines.row[index] ?? -1).filter(row => row >= 0);
    const metrics = shown.filter(({ column }) => column.kind === 'metric');
    curves.want(
      runs.map(row => table.ids[row] ?? ''),
      metrics.map(({ column }) => column.name)
    );
  });
  const by = lines.groups.length ? table.byId.get(state.group ?? '') : undefined;
  const height = rows.scrollRect?.height || 480;
  // Elements are used again for the lines that come into view: that is cheaper than to make new ones.
  const slots = Math.ceil(height / ROW_HEIGHT) + 2 * OVERSCAN + 2;

  const goTo = (to: Cursor) => {
    setCursor(to);
    if (to.line >= 0) rows.scrollToIndex(to.line);
    if (to.column >= nPinned) columns.scrollToIndex(to.column - nPinned);
  };
  const keyDown = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    if (event.key.toLowerCase() === 'c' && isTextSelected(box.current)) return;
    const page = Math.max(Math.floor((height - HEAD_HEIGHT) / ROW_HEIGHT) - 1, 1);
    const { line, column } = latest.current;
    const at = { line: Math.min(line, lines.length - 1), column: Math.min(column, placed.length - 1) };
    const after = onKey(event, at, lines, placed.length, page, actions);
    if (!after) return;
    event.preventDefault();
    event.stopPropagation();
    if (after !== at) goTo(after);
  };
  const click = (event: MouseEvent) => {
    const target = event.target as Element;
    const at = target.closest<HTMLElement>('[data-line]');
    if (!at || target.closest('input, button')) return;
    const line = Number(at.dataset.line);
    const column = target.closest<HTMLElement>('[aria-colindex]')?.ariaColIndex;
    setCursor({ line, column: Number(column ?? 1) - 1 });
    const what = target.closest<HTMLElement>('[data-do]')?.dataset.do;
    const how = howOf(event);
    if (how === 'only' && isTextSelected(box.current)) return;
    if (what === 'open' && how === 'only') actions.open?.(line);
    else if (what === 'fold' || (how === 'only' && (lines.row[line] ?? -1) < 0))
      actions.fold(line, lines.fold[line] === 1);
    else actions.select(line, what === 'check' && how === 'only' ? 'toggle' : how);
  };
  // A scroll bar below takes room from the lines: without more of it, the last one would be half hidden.
  useLayoutEffect(() => {
    const grid = box.current;
    if (grid) grid.style.setProperty('--nbf-bar', `${Math.max(grid.offsetHeight - grid.clientHeight - 2, 0)}px`);
  }, [placed, lines.length]);
  return (
    <div
      ref={box}
      class="nbf-grid"
      role="treegrid"
      aria-label="Runs"
      aria-rowcount={lines.length + 1}
      aria-colcount={placed.length}
      aria-multiselectable="true"
      aria-activedescendant={`${uid}-cursor`}
      tabIndex={0}
      style={{ '--nbf-lines': Math.max(lines.length, 1) }}
      onKeyDown={keyDown}
      onClick={click}
      onDblClick={event => {
        const line = Number((event.target as Element).closest<HTMLElement>('[data-line]')?.dataset.line ?? -1);
        if (line < 0) return;
        if (actions.open) actions.open(line);
        else if ((event.target as Element).closest('.nbf-name')) actions.rename(line);
      }}
      onMouseDown={event => {
        // Else the browser would mark all text up to there.
        if (event.shiftKey && !(event.target as Element).closest('input')) event.preventDefault();
        if (event.target instanceof Element && event.target.closest('[data-line]') && event.shiftKey)
          box.current?.focus({ preventScroll: true });
      }}
    >
      <div class="nbf-sheet" style={{ width: `${pinnedWidth + width}px` }}>
        <Head
          all={placed}
          placed={shown}
          gap={gap}
          pinnedWidth={pinnedWidth}
          width={width}
          sort={state.sort}
          filtered={new Set(Object.keys(state.column_filters))}
          cursor={cursor.line < 0 ? cursor.column : -1}
          uid={uid}
          onSort={props.onSort}
          onMenu={props.onMenu}
          onWidth={({ column }, to, done) => model.widen(column.id, to, done)}
          onMove={props.onMove}
        />
        <div class="nbf-body" role="rowgroup" style={{ height: `${Math.max(lines.length, 1) * ROW_HEIGHT}px` }}>
          {seenRows.map(({ index }) => (
            <Row
              key={index % slots}
              table={table}
              lines={lines}
              line={index}
              placed={shown}
              gap={gap}
              selected={isSelected(model, index)}
              cursor={cursor.line === index ? cursor.column : -1}
              uid={uid}
              by={by}
              opens={actions.open !== undefined}
              best={model.best}
              curves={curves}
              version={curves.version}
              onRenamed={renaming !== null && table.ids[lines.row[index] ?? -1] === renaming ? onRenamed : undefined}
            />
          ))}
          {!lines.length && <div class="nbf-empty">{empty}</div>}
        </div>
      </div>
    </div>
  );
}

function isSelected({ selection: { ids }, lines, table }: Model, line: number): boolean {
  if (!ids.size) return false;
  const row = lines.row[line] ?? -1;
  return row >= 0 ? ids.has(table.ids[row] ?? '') : runsOf(lines, table.ids, line).every(id => ids.has(id));
}

/** Keeps the line at the top where it is, and the cursor on its run, when runs come or go. */
function useSteadyScroll(
  { table, lines }: Model,
  box: { readonly current: HTMLDivElement | null },
  cursor: Cursor,
  setCursor: (cursor: Cursor) => void
): void {
  const before = useRef({ table, lines });
  useLayoutEffect(() => {
    const { table: old, lines: were } = before.current;
    const el = box.current;
    if (old === table || !el) return;
    const idAt = (line: number) => old.ids[were.row[line] ?? -1];
    const focused = idAt(cursor.line);
    if (focused !== undefined) {
      const line = lineOf(lines, table.ids, focused);
      if (line >= 0 && line !== cursor.line) setCursor({ ...cursor, line });
    }
    const top = Math.floor(el.scrollTop / ROW_HEIGHT);
    // At the top somebody wants to see what is new.
    if (top === 0) return;
    for (let line = top; line < Math.min(top + 20, were.length); line++) {
      const id = idAt(line);
      const now = id === undefined ? -1 : lineOf(lines, table.ids, id);
      if (now < 0) continue;
      el.scrollTop += (now - line) * ROW_HEIGHT;
      return;
    }
  }, [table]);
  useEffect(() => {
    before.current = { table, lines };
  });
}

function isTextSelected(el: HTMLElement | null): boolean {
  const selection = document.getSelection();
  return Boolean(selection && !selection.isCollapsed && el?.contains(selection.anchorNode));
}
