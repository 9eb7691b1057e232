/** A list or a tree of lines of one height: a window onto it, with a cursor that stays on its item. */

// biome-ignore-all lint/a11y/noStaticElementInteractions: its role is given
// biome-ignore-all lint/a11y/useSemanticElements: a <select> has no lines of several parts
// biome-ignore-all lint/a11y/useFocusableInteractive: the list has the focus, and says where the cursor is
// biome-ignore-all lint/a11y/useAriaPropsSupportedByRole: which of both roles it has, the caller says

import type { ComponentChildren } from 'preact';
import { useEffect, useId, useLayoutEffect, useRef } from 'preact/hooks';
import { InlineEdit } from '../views/parts/field';
import { type How, howOf } from '../views/run-table/selection';
import { useVirtual } from '../views/run-table/virtual';
import { onListKey } from './list-keys';
import { useCursor } from './use-cursor';
import { useDrag } from './use-drag';

export interface ListItem {
  readonly id: string;
  readonly level?: number;
  /** Whether a branch is open; undefined for a leaf. */
  readonly open?: boolean | undefined;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface ListProps {
  label: string;
  role?: 'listbox' | 'tree';
  /** Whether several can be selected. */
  multi?: boolean;
  /** Those that are there; more may come. The same array means that nothing changed. */
  items: readonly ListItem[];
  count: number;
  rowHeight: number;
  selected: ReadonlySet<string>;
  draw: (index: number) => ComponentChildren;
  /** What a line is, for who hears it. */
  spoken: (index: number) => string;
  onSelect: (index: number, how: How) => void;
  onAll?: () => void;
  onNone?: () => void;
  onOpen: (index: number) => void;
  onMenu: (index: number, at: Point) => void;
  /** Keys that are not those of every list; whether it was one. */
  onKey?: (event: KeyboardEvent, index: number) => boolean;
  /** A click on a part of a line that does something: `data-do`. */
  onDo?: (what: string, index: number, at: Point) => void;
  onFold?: (index: number, open: boolean) => void;
  onDrag?: (index: number, event: PointerEvent) => void;
  /** Told how many lines are seen from the first on. */
  onSeen?: (end: number) => void;
  /** Where it is scrolled to at first, and told where to. */
  scroll?: number;
  onScroll?: (top: number) => void;
  /** The item whose name is edited. */
  editing?: { id: string; label: string; value: string; onDone: (text: string | null) => void } | null;
}

const OVERSCAN = 8;

/** Draws what is seen of the list. */
export function List(props: ListProps) {
  const { label, role = 'listbox', multi = false, items, count, rowHeight, selected, editing } = props;
  const uid = useId();
  const box = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const virtual = useVirtual({
    count,
    size: () => rowHeight,
    element: () => box.current,
    sizes: rowHeight,
    overscan: OVERSCAN,
    before: 0
  });
  const cursor = useCursor(items, count, rowHeight, box);
  const seen = virtual.getVirtualItems();
  const end = (seen.at(-1)?.index ?? -1) + 1;
  useEffect(() => props.onSeen?.(end), [end, items]);
  useLayoutEffect(() => {
    if (box.current && props.scroll) box.current.scrollTop = props.scroll;
  }, []);
  const isAtTop = props.scroll === 0;
  useLayoutEffect(() => {
    if (box.current && isAtTop) box.current.scrollTop = 0;
  }, [isAtTop]);
  const startDrag = useDrag(props.onDrag);
  const height = virtual.scrollRect?.height || 200;
  const goTo = (index: number) => {
    cursor.set(index);
    virtual.scrollToIndex(index);
  };
  const openMenu = (index: number) => {
    const line = list.current?.querySelector(`[data-index="${index}"]`) ?? list.current;
    const at = line?.getBoundingClientRect();
    if (at && items[index]) props.onMenu(index, { x: at.left + 24, y: at.top + Math.min(at.height, rowHeight) });
  };
  const keyDown = (event: KeyboardEvent) => {
    const at = cursor.now();
    if (event.target !== event.currentTarget || at < 0) return;
    const handled = () => {
      event.preventDefault();
      event.stopPropagation();
    };
    if (event.key === 'F10' && event.shiftKey) {
      openMenu(at);
      return handled();
    }
    if (props.onKey?.(event, at)) return handled();
    const after = onListKey(event, at, count, Math.max(Math.floor(height / rowHeight) - 1, 1), {
      select: (index, how) => items[index] && props.onSelect(index, how),
      selectAll: multi ? (props.onAll ?? null) : null,
      selectNone: props.onNone ?? null,
      open: index => items[index] && props.onOpen(index),
      fold: props.onFold
        ? {
            isOpen: index => items[index]?.open ?? null,
            above: index => above(items, index),
            set: props.onFold
          }
        : null
    });
    if (after === null) return;
    handled();
    if (after !== at) goTo(after);
  };
  const click = (event: MouseEvent) => {
    const index = indexAt(event);
    if (index === null || !items[index]) return;
    cursor.set(index);
    const what = (event.target as Element).closest<HTMLElement>('[data-do]')?.dataset.do;
    if (what === 'fold') props.onFold?.(index, !items[index]?.open);
    else if (what && what !== 'check') props.onDo?.(what, index, { x: event.clientX, y: event.clientY });
    else props.onSelect(index, what === 'check' && howOf(event) === 'only' ? 'toggle' : howOf(event));
  };
  return (
    <div ref={box} class="nbf-list" onScroll={event => props.onScroll?.(event.currentTarget.scrollTop)}>
      <div
        ref={list}
        class="nbf-list-lines"
        role={role}
        aria-label={label}
        aria-multiselectable={multi ? true : undefined}
        aria-activedescendant={count ? `${uid}-${cursor.index}` : undefined}
        tabIndex={0}
        style={{ height: `${count * rowHeight}px` }}
        onKeyDown={keyDown}
        onClick={click}
        onDblClick={event => {
          const index = indexAt(event);
          if (index !== null && items[index] && !isPart(event)) props.onOpen(index);
        }}
        onContextMenu={event => {
          event.preventDefault();
          event.stopPropagation();
          const index = indexAt(event);
          if (index === null)
            openMenu(cursor.now()); // of a key
          else if (items[index]) {
            cursor.set(index);
            props.onMenu(index, { x: event.clientX, y: event.clientY });
          }
        }}
        onPointerDown={event => {
          const index = indexAt(event);
          if (index !== null && items[index] && !isPart(event)) startDrag(index, event);
        }}
      >
        {seen.map(({ index, key }) => {
          const item = items[index];
          return (
            <div
              key={key}
              id={`${uid}-${index}`}
              class={`nbf-line${index === cursor.index ? ' nbf-cursor' : ''}`}
              role={role === 'tree' ? 'treeitem' : 'option'}
              aria-label={item && props.spoken(index)}
              aria-selected={item !== undefined && selected.has(item.id)}
              aria-level={item?.level}
              aria-expanded={item?.open}
              aria-setsize={role === 'tree' ? undefined : count}
              aria-posinset={role === 'tree' ? undefined : index + 1}
              aria-busy={item ? undefined : true}
              data-index={index}
              style={{ top: `${index * rowHeight}px`, height: `${rowHeight}px` }}
            >
              {item ? props.draw(index) : <span class="nbf-skeleton" />}
            </div>
          );
        })}
      </div>
      {editing && items.some(({ id }) => id === editing.id) && (
        <div
          class="nbf-line-edit"
          style={{ top: `${items.findIndex(({ id }) => id === editing.id) * rowHeight}px`, height: '26px' }}
        >
          <InlineEdit
            key={editing.id}
            label={editing.label}
            value={editing.value}
            onDone={text => {
              editing.onDone(text);
              list.current?.focus({ preventScroll: true });
            }}
          />
        </div>
      )}
    </div>
  );
}

function indexAt(event: Event): number | null {
  const line = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-index]') : null;
  return line ? Number(line.dataset.index) : null;
}

function isPart(event: Event): boolean {
  return event.target instanceof Element && event.target.closest('[data-do]') !== null;
}

/** The branch that an item stands in; itself where there is none. */
function above(items: readonly ListItem[], index: number): number {
  const level = items[index]?.level ?? 1;
  for (let up = index - 1; up >= 0; up--) if ((items[up]?.level ?? 1) < level) return up;
  return index;
}
