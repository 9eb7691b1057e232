/** The head of the table: the kinds of the columns, and their names to sort by, to drag and to widen. */

// biome-ignore-all lint/a11y/useSemanticElements: see grid.tsx
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and says where the cursor is

import { useRef, useState } from 'preact/hooks';
import { Icon } from '../parts/icons';
import { cut, HEAD_LENGTH, tip, visible } from '../parts/text';
import { cellClass, cellStyle, type Placed } from './arrange';
import type { SortBy } from './order';
import type { ColumnKind } from './read';

export const HEAD_HEIGHT = 44;
const KINDS: Readonly<Partial<Record<ColumnKind, string>>> = {
  metric: 'metrics',
  param: 'params',
  other: 'columns',
  tag: 'tags'
};
const FAR = 5; // pixels after which a press is a drag

export interface HeadProps {
  all: readonly Placed[];
  /** Those that are drawn. */
  placed: readonly Placed[];
  gap: number;
  pinnedWidth: number;
  width: number;
  sort: readonly SortBy[];
  filtered: ReadonlySet<string>;
  /** The index of the column with the cursor; -1 if that is not in the head. */
  cursor: number;
  uid: string;
  onSort: (placed: Placed, add: boolean) => void;
  onMenu: (placed: Placed, anchor: HTMLElement) => void;
  /** `done` at the end of dragging; null is the column's own width. */
  onWidth: (placed: Placed, width: number | null, done: boolean) => void;
  /** Dropped before another column; null is at the end. */
  onMove: (placed: Placed, before: Placed | null) => void;
}

/** Draws the head. */
export function Head(props: HeadProps) {
  const { all, placed, gap, pinnedWidth, width } = props;
  const [drop, setDrop] = useState<number | null>(null);
  return (
    <div class="nbf-head" role="rowgroup" style={{ width: `${pinnedWidth + width}px` }}>
      <div class="nbf-kinds" aria-hidden="true" style={{ width: `${pinnedWidth + width}px` }}>
        <div class="nbf-kinds-cover" style={{ width: `${pinnedWidth}px` }} />
        {spans(all).map(({ kind, start, width: wide }) => (
          <div
            key={start}
            class={KINDS[kind] ? 'nbf-kind nbf-kind-named' : 'nbf-kind'}
            style={{ insetInlineStart: `${pinnedWidth + start}px`, width: `${wide}px` }}
          >
            <span style={{ insetInlineStart: `${pinnedWidth + 8}px` }}>{KINDS[kind]}</span>
          </div>
        ))}
      </div>
      <div class="nbf-head-row" role="row" aria-rowindex={1}>
        {placed.map((place, i) => (
          <HeadCell
            key={place.column.id}
            {...props}
            place={place}
            margin={!place.pinned && (i === 0 || placed[i - 1]?.pinned) ? gap : 0}
            dropped={drop === place.index}
            onDrop={setDrop}
          />
        ))}
      </div>
    </div>
  );
}

interface HeadCellProps extends HeadProps {
  place: Placed;
  margin: number;
  /** Whether what is dragged would be dropped before this one. */
  dropped: boolean;
  onDrop: (before: number | null) => void;
}

function HeadCell(props: HeadCellProps) {
  const { place, margin, all, sort, filtered, cursor, uid, dropped, onSort, onMenu, onMove, onDrop } = props;
  const { column, index } = place;
  const at = sort.findIndex(({ id }) => id === column.id);
  const by = sort[at];
  const from = useRef<{ x: number; moved: boolean } | null>(null);
  const target = useRef<Placed | null | undefined>(undefined);
  const classes = [
    cellClass(place),
    'nbf-head-cell',
    index === cursor && 'nbf-cursor',
    dropped && 'nbf-drop',
    startsKind(all, index) && 'nbf-edge'
  ];
  const end = () => {
    from.current = null;
    onDrop(null);
  };
  return (
    <div
      id={index === cursor ? `${uid}-cursor` : undefined}
      class={classes.filter(Boolean).join(' ')}
      role="columnheader"
      aria-colindex={index + 1}
      aria-sort={by ? (by.desc ? 'descending' : 'ascending') : 'none'}
      style={cellStyle(place, margin)}
      data-column={index}
      title={tip(`${column.id}${column.best ? ` (best: the ${column.best === 'min' ? 'lowest' : 'highest'})` : ''}`)}
      onPointerDown={event => {
        if (event.button !== 0 || (event.target as Element).closest('[data-own]')) return;
        from.current = { x: event.clientX, moved: false };
        event.currentTarget.setPointerCapture?.(event.pointerId);
      }}
      onPointerMove={event => {
        const drag = from.current;
        if (!drag || (!drag.moved && Math.abs(event.clientX - drag.x) < FAR) || index === 0) return;
        drag.moved = true;
        target.current = placeAt(event, all);
        onDrop(target.current?.index ?? null);
      }}
      onPointerUp={event => {
        const drag = from.current;
        end();
        if (!drag) return;
        if (!drag.moved) onSort(place, event.shiftKey || event.ctrlKey || event.metaKey);
        else if (target.current !== undefined && target.current?.column !== column) onMove(place, target.current);
      }}
      onPointerCancel={end}
      onContextMenu={event => {
        event.preventDefault();
        event.stopPropagation();
        onMenu(place, event.currentTarget);
      }}
    >
      <span class="nbf-head-name">
        <bdi>{cut(visible(column.name.slice(0, 200)), HEAD_LENGTH)}</bdi>
        {column.best && <span class="nbf-soft nbf-arrow">{column.best === 'min' ? ' ↓' : ' ↑'}</span>}
      </span>
      {by && (
        <span class="nbf-sorted">
          {by.desc ? '▼' : '▲'}
          {sort.length > 1 && at + 1}
        </span>
      )}
      {filtered.has(column.id) && (
        <span class="nbf-sorted">
          <Icon name="filter" />
        </span>
      )}
      <button
        type="button"
        class="nbf-head-menu"
        data-own=""
        tabIndex={-1}
        aria-label={`Column ${visible(column.name.slice(0, 80))}`}
        onClick={event => onMenu(place, event.currentTarget)}
      >
        <Icon name="more" />
      </button>
      <Resize {...props} />
    </div>
  );
}

/** The edge by which a column is made wider; a double click gives it its own width. */
function Resize({ place, onWidth }: HeadCellProps) {
  const from = useRef<{ x: number; width: number } | null>(null);
  return (
    <span
      class="nbf-resize"
      data-own=""
      aria-hidden="true"
      onPointerDown={event => {
        from.current = { x: event.clientX, width: place.width };
        event.currentTarget.setPointerCapture?.(event.pointerId);
        event.preventDefault();
      }}
      onPointerMove={event => {
        if (from.current) onWidth(place, from.current.width + event.clientX - from.current.x, false);
      }}
      onPointerUp={event => {
        const drag = from.current;
        from.current = null;
        if (drag && event.clientX !== drag.x) onWidth(place, drag.width + event.clientX - drag.x, true);
      }}
      onDblClick={() => onWidth(place, null, true)}
    />
  );
}

/** The column before which a dragged one would stand: undefined over no column, null after the last. */
function placeAt(event: PointerEvent, all: readonly Placed[]): Placed | null | undefined {
  const under = document.elementFromPoint(event.clientX, event.clientY)?.closest<HTMLElement>('[data-column]');
  const over = all[Number(under?.dataset.column ?? -1)];
  if (!under || !over || over.index === 0) return undefined;
  const { left, width } = under.getBoundingClientRect();
  return event.clientX < left + width / 2 ? over : (all[over.index + 1] ?? null);
}

function startsKind(all: readonly Placed[], index: number): boolean {
  const [here, before] = [all[index], all[index - 1]];
  return (
    here !== undefined &&
    before !== undefined &&
    (here.column.kind !== before.column.kind || here.pinned !== before.pinned)
  );
}

/** Where the kinds lie among the columns that scroll. */
function spans(all: readonly Placed[]): { kind: ColumnKind; start: number; width: number }[] {
  const found: { kind: ColumnKind; start: number; width: number }[] = [];
  for (const { column, pinned, start, width } of all) {
    if (pinned) continue;
    const last = found.at(-1);
    if (last?.kind === column.kind) last.width += width;
    else found.push({ kind: column.kind, start, width });
  }
  return found;
}
