/** What the user arranged, as it is kept in the notebook and told to Python. */

import { isRecord, texts } from '../given';
import type { SortBy } from './order';

/** A column's own filter: texts that contain something, or numbers between two. */
export interface ColumnFilter {
  readonly text?: string;
  readonly min?: number;
  readonly max?: number;
}

/** Which columns stand where: what is saved under a name. */
export interface Layout {
  readonly sort: readonly SortBy[];
  readonly differ: boolean;
  readonly group: string | null;
  readonly tree: boolean;
  readonly sparklines: boolean;
  /** Columns taken in and left out, against what would be shown by itself. */
  readonly shown: readonly string[];
  readonly hidden: readonly string[];
  /** Columns in the order that somebody gave them; others come after them. */
  readonly order: readonly string[];
  readonly pinned: readonly string[];
  /** In pixels. */
  readonly widths: Readonly<Record<string, number>>;
}

export interface TableState extends Layout {
  readonly filter: string;
  readonly column_filters: Readonly<Record<string, ColumnFilter>>;
  /** Groups that are open. */
  readonly expanded: readonly string[];
  /** Runs whose children are folded away. */
  readonly collapsed: readonly string[];
  readonly selected: readonly string[];
  /** The name of the layout last taken. */
  readonly layout: string | null;
}

export const DEFAULT_LAYOUT: Layout = {
  sort: [],
  differ: true,
  group: null,
  tree: true,
  sparklines: true,
  shown: [],
  hidden: [],
  order: [],
  pinned: [],
  widths: {}
};

const DEFAULT: TableState = {
  ...DEFAULT_LAYOUT,
  filter: '',
  column_filters: {},
  expanded: [],
  collapsed: [],
  selected: [],
  layout: null
};

/** Completes a state, which may be an older version's or anybody's: what does not fit is as if nobody had said it. */
export function readState(given: unknown): TableState {
  const raw = isRecord(given) ? given : {};
  return {
    ...readLayout(raw),
    filter: typeof raw.filter === 'string' ? raw.filter : '',
    column_filters: readFilters(raw.column_filters),
    expanded: texts(raw.expanded),
    collapsed: texts(raw.collapsed),
    selected: texts(raw.selected),
    layout: typeof raw.layout === 'string' ? raw.layout : DEFAULT.layout
  };
}

/** Completes a layout. */
export function readLayout(given: unknown): Layout {
  const raw = isRecord(given) ? given : {};
  const flag = (name: 'differ' | 'tree' | 'sparklines') => {
    const value = raw[name];
    return typeof value === 'boolean' ? value : DEFAULT[name];
  };
  const sort = Array.isArray(raw.sort) ? (raw.sort as unknown[]) : [];
  return {
    sort: sort.filter(isSort).map(({ id, desc }) => ({ id, desc: desc === true })),
    differ: flag('differ'),
    group: typeof raw.group === 'string' ? raw.group : null,
    tree: flag('tree'),
    sparklines: flag('sparklines'),
    shown: texts(raw.shown),
    hidden: texts(raw.hidden),
    order: texts(raw.order),
    pinned: texts(raw.pinned),
    widths: numbers(raw.widths)
  };
}

/** The part of a state that a layout keeps. */
export function layoutOf(state: TableState): Layout {
  const { sort, differ, group, tree, sparklines, shown, hidden, order, pinned, widths } = state;
  return { sort, differ, group, tree, sparklines, shown, hidden, order, pinned, widths };
}

function isSort(value: unknown): value is { id: string; desc: unknown } {
  return isRecord(value) && typeof value.id === 'string';
}

function numbers(value: unknown): Record<string, number> {
  if (!isRecord(value)) return {};
  const found = Object.entries(value).filter(([, width]) => Number.isFinite(width) && (width as number) > 0);
  return Object.fromEntries(found) as Record<string, number>;
}

function readFilters(value: unknown): Record<string, ColumnFilter> {
  if (!isRecord(value)) return {};
  const read: Record<string, ColumnFilter> = {};
  for (const [id, filter] of Object.entries(value)) {
    if (!isRecord(filter)) continue;
    const { text, min, max } = filter;
    read[id] = {
      ...(typeof text === 'string' && text && { text }),
      ...(typeof min === 'number' && { min }),
      ...(typeof max === 'number' && { max })
    };
  }
  return read;
}
