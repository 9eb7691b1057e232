/** Which columns are shown, in which order, and how wide. */

import { HEAD_LENGTH } from '../parts/text';
import { cellText, isRight } from './cells';
import type { Column } from './read';
import type { Layout } from './state';
import { DURATION, NAME, STARTED, STATUS, type Table } from './table';
import { known, type Variation, variation } from './variation';

/** A column in its place. */
export interface Placed {
  readonly column: Column;
  /** Where it begins, in pixels, among its own: those that are pinned, or those that scroll. */
  readonly start: number;
  readonly width: number;
  readonly pinned: boolean;
  /** Whether it is the last of those that are pinned. */
  readonly last: boolean;
  /** Its place among all that are shown. */
  readonly index: number;
}

export interface Arranged {
  readonly placed: readonly Placed[];
  readonly nPinned: number;
  readonly pinnedWidth: number;
  readonly width: number;
  /** Params and metrics with one value in all runs. */
  readonly same: readonly Column[];
}

/** What is found out about the columns of a table once, however they are arranged. */
export interface Known {
  /** In the order in which they stand by themselves. */
  readonly ordered: readonly Column[];
  readonly variations: ReadonlyMap<string, Variation>;
}

const FIRST = [NAME, STATUS, STARTED, DURATION];
const KINDS = ['attribute', 'metric', 'param', 'other', 'tag'];
const MOST = 60; // columns shown of themselves; others are a click away
const TIME = /(?:^|[^a-z])(?:time|duration|latency|seconds)(?:$|[^a-z])/i;
const SAMPLE = 60;
const GROUP_ROOM = 84; // for a deviation and how many there are
const CURVE_ROOM = 50; // for a small curve beside numbers
const CHARACTER = 7.5; // pixels, of most letters and all digits
const LEAST_WIDTH = 44;
const MOST_WIDTH = 260;
const HEAD_EXTRA = 32; // for padding and marks

/** Looks through the columns of a table. */
export function know(table: Table): Known {
  const variations = new Map(table.columns.map(column => [column.id, variation(column)]));
  const ranks = new Map(table.columns.map((column, i) => [column, [i, ...rank(column, variations)]]));
  const ordered = [...table.columns].sort((a, b) => {
    const first = place(a.id) - place(b.id) || KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind);
    if (first) return first;
    const [i = 0, ...left] = ranks.get(a) ?? [];
    const [j = 0, ...right] = ranks.get(b) ?? [];
    for (let k = 0; k < left.length; k++) if (left[k] !== right[k]) return (left[k] ?? 0) - (right[k] ?? 0);
    return i - j;
  });
  return { ordered, variations };
}

/** Places the columns. `available` is the width of the view in pixels: a narrow one has a narrow first column. */
export function arrange(
  table: Table,
  { ordered, variations }: Known,
  layout: Layout,
  available: number,
  curved: ReadonlySet<string>
): Arranged {
  const shown = new Set(visible(table, ordered, variations, layout));
  const order = new Map(layout.order.map((id, i) => [id, i]));
  const pinned = new Set([NAME, ...layout.pinned]);
  const columns = ordered
    .filter(column => shown.has(column))
    .map((column, i) => ({ column, i, at: order.get(column.id) ?? Number.POSITIVE_INFINITY }))
    .sort((a, b) => Number(b.column.id === NAME) - Number(a.column.id === NAME) || compare(a.at, b.at) || a.i - b.i)
    .map(({ column }) => column);
  const front = columns.filter(column => pinned.has(column.id));
  const rest = columns.filter(column => !pinned.has(column.id));
  const placed: Placed[] = [];
  const put = (list: readonly Column[], isPinned: boolean) => {
    let start = 0;
    for (const column of list) {
      const own = ownWidth(column, available, besides(column, table, layout, curved));
      const width =
        layout.widths[column.id] ?? (column.id === NAME ? Math.max(own, groupWidth(table, layout, available)) : own);
      placed.push({
        column,
        start,
        width,
        pinned: isPinned,
        last: isPinned && column === list.at(-1),
        index: placed.length
      });
      start += width;
    }
    return start;
  };
  const pinnedWidth = put(front, true);
  const width = put(rest, false);
  const same = ordered.filter(
    ({ id, kind }) => (kind === 'param' || kind === 'metric') && variations.get(id) === 'same'
  );
  return { placed, nPinned: front.length, pinnedWidth, width, same };
}

/** The classes of a cell that follow from where it stands. */
export function cellClass({ column, pinned, last }: Placed): string {
  return `nbf-cell${isRight(column) ? ' nbf-right' : ''}${pinned ? ' nbf-pinned' : ''}${last ? ' nbf-last' : ''}`;
}

/** How a cell lies in its line; `margin` is what is left out before it. */
export function cellStyle(
  { width, pinned, start }: Placed,
  margin: number
): Readonly<Record<string, string | undefined>> {
  return {
    width: `${width}px`,
    insetInlineStart: pinned ? `${start}px` : undefined,
    marginInlineStart: margin ? `${margin}px` : undefined
  };
}

/** How wide a column is when nobody said so: as what it holds, from a look at some of it, and what is `beside` it. */
export function ownWidth(column: Column, available: number, beside = 0): number {
  const extra = beside + (column.type === 'status' ? 34 : 20);
  let widest = extent(column.name.slice(0, HEAD_LENGTH)) + HEAD_EXTRA;
  const step = Math.max(1, Math.floor(column.length / SAMPLE));
  for (let row = 0; row < column.length; row += step) {
    widest = Math.max(widest, extent(cellText(column, row).slice(0, 60)) + extra + (column.best ? 14 : 0));
  }
  const most = column.id === NAME ? nameMost(available) : MOST_WIDTH;
  return Math.round(Math.min(Math.max(widest, column.id === NAME ? 110 : LEAST_WIDTH), most));
}

/** What stands in a cell besides its value: a small curve, a box to tick, what is said of a group. */
function besides(column: Column, table: Table, { group }: Layout, curved: ReadonlySet<string>): number {
  const by = group === null ? undefined : table.byId.get(group);
  if (column.id === NAME) return table.parents ? 48 : 20;
  if (column.kind !== 'metric') return by && column.type === 'status' ? 40 : 0;
  return Math.max(curved.has(column.name) ? CURVE_ROOM : 0, by ? GROUP_ROOM : 0);
}

/** How wide the names of groups are, with what they are groups of and how many runs they have. */
function groupWidth(table: Table, { group }: Layout, available: number): number {
  const by = group === null ? undefined : table.byId.get(group);
  if (!by) return 0;
  const values = by.codes ? by.texts.slice(0, SAMPLE) : ['0.123456'];
  const widest = Math.max(...values.map(text => extent(text.slice(0, HEAD_LENGTH))), 0);
  return Math.round(Math.min(extent(`${by.name.slice(0, HEAD_LENGTH)} = `) + widest + 75, nameMost(available)));
}

function nameMost(available: number): number {
  return Math.max(130, Math.min(MOST_WIDTH, available * 0.45));
}

/** Roughly how wide a text is, in pixels. */
function extent(text: string): number {
  let units = 0;
  // Letters of East Asia and emoji take twice the room.
  for (const character of text) units += (character.codePointAt(0) ?? 0) > 0x1100 ? 1.9 : 1;
  return units * CHARACTER;
}

function visible(
  table: Table,
  ordered: readonly Column[],
  variations: ReadonlyMap<string, Variation>,
  layout: Layout
): Column[] {
  const hidden = new Set(layout.hidden);
  const added = new Set(layout.shown);
  const waiting = new Map<string, Column[]>();
  const chosen: Column[] = [];
  for (const column of ordered) {
    if (column.id === NAME || added.has(column.id)) chosen.push(column);
    else if (hidden.has(column.id)) continue;
    else if (FIRST.includes(column.id)) {
      if (variations.get(column.id) !== 'absent') chosen.push(column);
    } else if (isWanted(table, column, variations.get(column.id), layout.differ)) {
      waiting.set(column.kind, [...(waiting.get(column.kind) ?? []), column]);
    }
  }
  return [...chosen, ...fitting(waiting)];
}

function isWanted(table: Table, { kind }: Column, how: Variation | undefined, differ: boolean): boolean {
  if (kind === 'other') return true; // somebody added it to be looked at
  if (kind !== 'metric' && kind !== 'param') return false;
  return how === 'differs' || (how === 'same' && (!differ || table.rows === 1));
}

/** As many as fit, shared out so that no kind crowds out the others. */
function fitting(waiting: ReadonlyMap<string, Column[]>): Column[] {
  const lists = [...waiting.values()];
  const room = lists.map(() => 0);
  for (let n = 0; n < MOST; n++) {
    const open = lists.map((_, i) => i).filter(i => (room[i] ?? 0) < (lists[i]?.length ?? 0));
    const [least] = open.sort((a, b) => (room[a] ?? 0) - (room[b] ?? 0));
    if (least === undefined) break;
    room[least] = (room[least] ?? 0) + 1;
  }
  return lists.flatMap((list, i) => list.slice(0, room[i]));
}

/** First what most runs have, of these the metrics that say how good a run is, then the short names. */
function rank(column: Column, variations: ReadonlyMap<string, Variation>): number[] {
  const { kind, name, best } = column;
  if (kind !== 'metric' && kind !== 'param') return [0, 0, 0, 0];
  const n = variations.get(column.id) === 'absent' ? 0 : known(column);
  const judged = kind === 'metric' && best !== null && !TIME.test(name);
  return [name.startsWith('system/') ? 1 : 0, -n, judged ? 0 : 1, name.length];
}

function place(id: string): number {
  const at = FIRST.indexOf(id);
  return at < 0 ? FIRST.length : at;
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
