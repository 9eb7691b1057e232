/** The bar above the table: filter, columns, grouping, and what can be done with the runs that are selected. */

import { useMemo, useRef, useState } from 'preact/hooks';
import { Button } from '../parts/button';
import { copyText, download, downloadFrom } from '../parts/copy';
import { FilterField } from '../parts/filter-field';
import { count } from '../parts/format';
import { MenuButton, type MenuItem, PopupButton } from '../parts/menu';
import { cut, HEAD_LENGTH, visible } from '../parts/text';
import { csv, tsv } from './cells';
import { Chooser } from './chooser';
import { complete, type Known, RUN_ATTRIBUTES } from './complete';
import { LayoutBox } from './layouts';
import { groupsBy } from './lines';
import { STATUS } from './table';
import { TagBox } from './tag-box';
import type { Changes } from './use-changes';
import type { Model } from './use-model';

const MOST_GROUPS = 40;

export interface ToolbarProps {
  model: Model;
  changes: Changes;
  onRename: (runId: string) => void;
  /** Whether runs can be changed. */
  can: boolean;
  /** Whether these runs are in the trash. */
  trash?: boolean | undefined;
}

/** Draws the bar. */
export function Toolbar({ model, changes, onRename, can, trash = false }: ToolbarProps) {
  const { arranged, known, selection } = model;
  const hidden = known.ordered.length - arranged.placed.length;
  const picked = [...selection.ids].filter(id => model.table.rowOf.has(id));
  const [only] = picked;
  return (
    <div class="nbf-toolbar" role="toolbar" aria-label="Table of runs">
      <Filter model={model} />
      <PopupButton
        label={`Columns: ${arranged.placed.length} shown, ${hidden} not`}
        icon="columns"
        text="Columns"
        open={(anchor, close) => <Chooser model={model} anchor={anchor} onClose={close} />}
      />
      <GroupButton model={model} />
      {can && picked.length > 0 && trash && (
        <Button label={`Restore ${count(picked.length, 'run')}`} icon="undo" onClick={() => changes.restore(picked)}>
          Restore
        </Button>
      )}
      {can && picked.length > 0 && !trash && (
        <span class="nbf-actions">
          {picked.length === 1 && only !== undefined && (
            <Button label="Rename this run (F2)" icon="edit" onClick={() => onRename(only)} />
          )}
          <PopupButton
            label={`Tag ${count(picked.length, 'run')}`}
            icon="tag"
            open={(anchor, close) => (
              <TagBox model={model} runIds={picked} anchor={anchor} onClose={close} onTag={changes.tag} />
            )}
          />
          <Button
            label={`Delete ${count(picked.length, 'run')} (Delete key)`}
            icon="trash"
            onClick={() => changes.remove(picked)}
          />
        </span>
      )}
      <MoreButton model={model} changes={changes} />
    </div>
  );
}

function Filter({ model: { state, set, filtered, table } }: { model: Model }) {
  const known = useMemo(() => knownOf(table), [table]);
  return (
    <FilterField
      label="Filter: words, or such as metrics.loss < 0.5"
      placeholder="filter: metrics.loss < 0.5"
      clear="Empty the filter"
      value={state.filter}
      error={filtered.error}
      complete={(text, caret) => complete(text, caret, known)}
      onFilter={filter => set({ filter })}
    />
  );
}

/** What the table has to filter by. */
function knownOf({ columns }: Model['table']): Known {
  const named = (wanted: string) => columns.filter(({ kind }) => kind === wanted).map(({ name }) => name);
  return { attributes: RUN_ATTRIBUTES, metrics: named('metric'), params: named('param'), tags: named('tag') };
}

function GroupButton({ model: { known, state, set } }: { model: Model }) {
  const can = known.ordered.filter(column => groupsBy(column) && known.variations.get(column.id) === 'differs');
  const items: MenuItem[] = can.slice(0, MOST_GROUPS).map(column => ({
    label: column.name,
    checked: state.group === column.id,
    onSelect: () => set({ group: state.group === column.id ? null : column.id, expanded: [] })
  }));
  const current = known.ordered.find(({ id }) => id === state.group);
  if (current) items.unshift({ label: 'No groups', icon: 'close', onSelect: () => set({ group: null }) });
  const text = current ? cut(visible(current.name), HEAD_LENGTH) : 'Group';
  return (
    <MenuButton
      label="Group runs by a param"
      icon="group"
      text={text}
      pressed={current !== undefined}
      disabled={!items.length}
      items={items}
    />
  );
}

function MoreButton({ model, changes }: { model: Model; changes: Changes }) {
  const { table, lines, arranged, state, set, source, selection } = model;
  const [layouts, setLayouts] = useState(false);
  const bar = useRef<HTMLSpanElement>(null);
  const columns = arranged.placed.map(({ column }) => column);
  const rows = selectedRows(model);
  const which = selection.ids.size ? count(rows.length, 'selected run') : 'all';
  const save = (what: typeof columns) => download('runs.csv', csv(what, rows), 'text/csv;charset=utf-8');
  const whole = rows.length === table.rows ? source.csvUrl : undefined;
  const items: MenuItem[] = [
    {
      label: `Copy ${which}`,
      icon: 'copy',
      keys: 'Ctrl C',
      onSelect: () =>
        void copyText(tsv(columns, rows)).then(done =>
          changes.say(done ? `Copied ${count(rows.length, 'run')}` : 'Could not copy')
        )
    },
    { label: `Download CSV of ${which}`, icon: 'download', onSelect: () => save(columns) },
    {
      label: 'Download CSV with all columns',
      icon: 'download',
      onSelect: () => (whole ? downloadFrom(whole) : save([...table.columns]))
    },
    ...(table.parents
      ? [
          {
            label: 'Nested runs as a tree',
            apart: true,
            checked: state.tree,
            onSelect: () => set({ tree: !state.tree })
          }
        ]
      : []),
    {
      label: 'Small curves of metrics',
      apart: !table.parents,
      checked: state.sparklines,
      onSelect: () => set({ sparklines: !state.sparklines })
    },
    { label: 'Only what differs', checked: state.differ, onSelect: () => set({ differ: !state.differ }) },
    {
      label: 'Layouts …',
      icon: 'columns',
      apart: true,
      disabled: source.mode !== 'live',
      onSelect: () => setLayouts(true)
    }
  ];
  if (!lines.length) items[0] = { ...(items[0] as MenuItem), disabled: true };
  return (
    <span ref={bar} class="nbf-more">
      <MenuButton label="More" icon="more" items={items} />
      {layouts && bar.current && <LayoutBox model={model} anchor={bar.current} onClose={() => setLayouts(false)} />}
    </span>
  );
}

/** Rows of the runs that are selected, in the order of the table; all that pass where none is. */
export function selectedRows({ lines, selection, table }: Pick<Model, 'lines' | 'selection' | 'table'>): Int32Array {
  if (!selection.ids.size) return lines.passed;
  const shown = lines.groups.length ? lines.passed : lines.row;
  const here = shown.filter(row => row >= 0 && selection.ids.has(table.ids[row] ?? ''));
  return here.length === selection.ids.size
    ? here
    : lines.passed.filter(row => selection.ids.has(table.ids[row] ?? ''));
}

/** Says how many runs are in which state. */
export function states({ table, lines }: Pick<Model, 'table' | 'lines'>): string {
  const status = table.byId.get(STATUS);
  if (!status?.codes) return '';
  const counts = new Map<number, number>();
  for (const row of lines.passed) {
    const code = status.codes[row] ?? -1;
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return [...counts]
    .filter(([code]) => code >= 0)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 6)
    .map(
      ([code, n]) => `${n.toLocaleString('en')} ${cut(visible(status.texts[code] ?? ''), HEAD_LENGTH).toLowerCase()}`
    )
    .join(', ');
}
