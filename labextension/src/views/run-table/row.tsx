/** A line of the table: a run, or the head of a group. */

// biome-ignore-all lint/a11y/useSemanticElements: see grid.tsx
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, and says where the cursor is
// biome-ignore-all lint/a11y/useAriaPropsSupportedByRole: cells have one of two roles, and both may say it

import { Component } from 'preact';
import { InlineEdit } from '../parts/field';
import { exact, MISSING } from '../parts/format';
import { Icon } from '../parts/icons';
import { Status } from '../parts/status';
import { tip, visible } from '../parts/text';
import { cellClass, cellStyle, type Placed } from './arrange';
import { cellText, exactText, valueText } from './cells';
import { groupCell } from './group-cell';
import type { Lines } from './lines';
import type { Column } from './read';
import { NAME, STATUS, type Table } from './table';
import { CURVE_HEIGHT, CURVE_WIDTH, type Curves } from './use-curves';

export const ROW_HEIGHT = 26;
const LONGEST = 400; // characters that are put into a cell, which shows fewer

export interface RowProps {
  table: Table;
  lines: Lines;
  line: number;
  /** Columns that are drawn: all that are pinned, and those of the others that are seen. */
  placed: readonly Placed[];
  /** Width of what is left out between both. */
  gap: number;
  selected: boolean;
  /** The index of the column with the cursor; -1 if that is in another line. */
  cursor: number;
  /** Begins the ids of cells. */
  uid: string;
  by: Column | undefined;
  /** Whether a click on a run's name opens its page. */
  opens: boolean;
  best: (column: Column) => number | null;
  curves: Curves;
  /** Changes when curves come. */
  version: number;
  /** Given while this run's name is edited. */
  onRenamed: ((name: string | null) => void) | undefined;
}

/** A line that is drawn anew only when something of it changed: most stay where they are when others scroll in. */
export class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    const now = this.props;
    return (Object.keys(next) as (keyof RowProps)[]).some(name => next[name] !== now[name]);
  }

  override render() {
    return <Line {...this.props} />;
  }
}

/** Draws a line, with the cells that are seen. Clicks are the grid's affair, by `data-line` and `data-do`. */
function Line(props: RowProps) {
  const { lines, line, placed, gap, selected, cursor, uid } = props;
  const row = lines.row[line] ?? -1;
  const fold = lines.fold[line] ?? 0;
  const level = (lines.depth[line] ?? 0) + 1;
  const state = `${selected ? ' nbf-selected' : ''}${row < 0 ? ' nbf-group' : ''}`;
  return (
    <div
      class={`nbf-row${state}`}
      role="row"
      aria-rowindex={line + 2}
      aria-selected={selected}
      aria-level={level}
      aria-expanded={fold ? fold === 2 : undefined}
      data-line={line}
      style={{ top: `${line * ROW_HEIGHT}px` }}
    >
      {placed.map((place, i) => {
        const { column, pinned, index } = place;
        const classes = cellClass(place);
        const first = !pinned && (i === 0 || placed[i - 1]?.pinned === true);
        return (
          <div
            key={column.id}
            id={index === cursor ? `${uid}-cursor` : undefined}
            class={index === cursor ? `${classes} nbf-cursor` : classes}
            role={column.id === NAME ? 'rowheader' : 'gridcell'}
            aria-colindex={index + 1}
            style={cellStyle(place, first ? gap : 0)}
          >
            {column.id === NAME ? (
              <NameCell {...props} row={row} />
            ) : row < 0 ? (
              headCell(props, column)
            ) : (
              runCell(props, column, row)
            )}
          </div>
        );
      })}
    </div>
  );
}

function NameCell({ table, lines, line, row, by, opens, onRenamed }: RowProps & { row: number }) {
  const depth = lines.depth[line] ?? 0;
  const fold = lines.fold[line] ?? 0;
  const column = table.columns[0];
  if (row < 0) {
    const group = lines.groups[lines.group?.[line] ?? -1];
    const text = by && group ? cellText(by, group.first) : '';
    return (
      <>
        <span class="nbf-fold" data-do="fold">
          <Icon name={fold === 2 ? 'down' : 'right'} />
        </span>
        <span class="nbf-name" title={by && group && tip(exactText(by, group.first))}>
          <span class="nbf-soft">{by && visible(by.name)} = </span>
          <bdi>{visible(text.slice(0, LONGEST))}</bdi>
        </span>
        <span class="nbf-count">{(group?.rows.length ?? 0).toLocaleString('en')}</span>
      </>
    );
  }
  const text = column?.text(row) ?? '';
  const id = table.ids[row] ?? '';
  return (
    <>
      <span class="nbf-check" data-do="check" aria-hidden="true" />
      {(lines.groups.length > 0 || table.parents) && <span class="nbf-indent" style={{ width: `${depth * 14}px` }} />}
      {table.parents && !lines.groups.length && (
        <span class="nbf-fold" data-do={fold ? 'fold' : undefined}>
          {fold > 0 && <Icon name={fold === 2 ? 'down' : 'right'} />}
        </span>
      )}
      {onRenamed ? (
        <InlineEdit label="Name of the run" value={text} onDone={onRenamed} />
      ) : (
        <bdi
          class={`nbf-name${opens ? ' nbf-opens' : ''}${text === id ? ' nbf-soft' : ''}`}
          data-do={opens ? 'open' : undefined}
          title={tip(text === id ? id : `${text} (${id})`)}
        >
          {visible(text.slice(0, LONGEST))}
        </bdi>
      )}
    </>
  );
}

function headCell({ lines, line }: RowProps, column: Column) {
  const group = lines.groups[lines.group?.[line] ?? -1];
  const { text, soft, title } = group ? groupCell(column, group) : { text: '', soft: false, title: undefined };
  return (
    <bdi class={soft ? 'nbf-soft' : undefined} title={title}>
      {visible(text.slice(0, LONGEST))}
    </bdi>
  );
}

function runCell({ table, best, curves }: RowProps, column: Column, row: number) {
  const text = cellText(column, row);
  if (column.id === STATUS && text !== MISSING) return <Status status={text} />;
  if (!column.numbers) {
    if (text === MISSING && column.text(row) === null) return <span class="nbf-soft">{MISSING}</span>;
    const shown = visible(text.slice(0, LONGEST));
    return <bdi title={shown.length > 5 ? tip(text) : undefined}>{shown}</bdi>;
  }
  const value = column.numbers[row] ?? Number.NaN;
  const path = column.kind === 'metric' ? curves.of(table.ids[row] ?? '', column.name) : null;
  const isBest = column.kind === 'metric' && value === best(column);
  const title = Number.isNaN(value) || column.type !== 'number' ? undefined : exact(value);
  return (
    <>
      {path && <Curve path={path} />}
      {isBest ? (
        <b title={`${title} (best: the ${column.best === 'min' ? 'lowest' : 'highest'})`}>
          <span class="nbf-star">★ </span>
          {valueText(column, value)}
        </b>
      ) : (
        <span class={text === MISSING ? 'nbf-soft' : column.type === 'time' ? 'nbf-soft' : undefined} title={title}>
          {text}
        </span>
      )}
    </>
  );
}

function Curve({ path }: { path: string }) {
  return (
    <svg
      class="nbf-curve"
      width={CURVE_WIDTH}
      height={CURVE_HEIGHT}
      viewBox={`0 0 ${CURVE_WIDTH} ${CURVE_HEIGHT}`}
      aria-hidden="true"
    >
      <path d={path} />
    </svg>
  );
}
