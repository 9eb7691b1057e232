/** The run table: an instrument over all runs of a search. */

import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Button } from '../parts/button';
import { copyText } from '../parts/copy';
import { count } from '../parts/format';
import { useSource, type ViewProps, view } from '../parts/frame';
import { Bar, Message } from '../parts/message';
import type { Placed } from './arrange';
import { tsv } from './cells';
import { ColumnMenu } from './column-menu';
import { Footer } from './footer';
import { Grid } from './grid';
import type { Actions } from './keys';
import { select, selectAll } from './selection';
import { moved, movedBy, sortedBy } from './sorting';
import type { TableState } from './state';
import { readTable, type Table } from './table';
import { selectedRows, Toolbar } from './toolbar';
import { useChanges } from './use-changes';
import { useCurves } from './use-curves';
import { type Model, useModel } from './use-model';

export { patch } from './patch';

/** What a page around the table adds to it. */
export interface Around {
  /** Opens a run: a click on its name, or Enter. */
  readonly open?: (runId: string) => void;
  /** Hears which runs are shown, in their order, whenever that changed. */
  readonly shown?: (runIds: readonly string[]) => void;
  /** Whether the runs may be looked at only. */
  readonly fixed?: boolean;
  /** Whether these are the runs in the trash, which can be taken out of it. */
  readonly trash?: boolean;
  /** What stands in place of a table without runs. */
  readonly empty?: ComponentChildren;
}

/** Shows a table of runs. */
export const mount = view<unknown, TableState>('table of runs', 'run-table', RunTable);

/** The table as a part of a page. */
export function RunTable({ source, around = {} }: Pick<Props, 'source'> & { around?: Around }) {
  useSource(source);
  const read = useMemo(() => tryToRead(source.data), [source.data]);
  const isEmpty = !(read instanceof Error) && !read.rows;
  useEffect(() => {
    if (isEmpty) around.shown?.([]);
  }, [isEmpty, around.shown]);
  if (read instanceof Error) {
    return (
      <Message kind="error" title="This table of runs cannot be shown.">
        {source.answerer === 'server'
          ? `The server is of another version of nbflow than this page: ${read.message}. Load the page anew.`
          : `What the notebook keeps of it is damaged, or of another version of nbflow: ${read.message}. Run the cell again.`}
      </Message>
    );
  }
  if (isEmpty) return <>{around.empty ?? <NoRuns />}</>;
  return <Whole source={source} table={read} around={around} />;
}

type Props = ViewProps<unknown, TableState>;

function tryToRead(data: unknown): Table | Error {
  try {
    return readTable(data);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function NoRuns() {
  return (
    <Message title="No runs">
      None match, or none were logged yet. Loosen the filter, or log one:
      <pre class="nbf-code nbf-first-run">{'with nbflow.start_run():\n    nbflow.log_metric("accuracy", 0.93)'}</pre>
    </Message>
  );
}

function Whole({ source, table, around }: { source: Props['source']; table: Table; around: Around }) {
  const box = useRef<HTMLDivElement>(null);
  const available = useWidth(box);
  const curves = useCurves(source, table, source.state.sparklines !== false);
  const model = useModel(source, table, available, curves.metrics);
  const changes = useChanges(model);
  const [renaming, setRenaming] = useState<string | null>(null);
  const [menu, setMenu] = useState<{ placed: Placed; anchor: HTMLElement } | null>(null);
  const focus = () => box.current?.querySelector<HTMLElement>('.nbf-grid')?.focus({ preventScroll: true });
  useShown(model, around.shown);
  const can = source.mode === 'live' && !around.fixed;
  const sort = ({ column }: Placed, add: boolean) => model.set({ sort: sortedBy(model.state.sort, column, add) });
  const openMenu = (placed: Placed, anchor: HTMLElement) => setMenu({ placed, anchor });
  const actions: Actions = {
    ...useLines(model),
    copy: () => {
      const rows = selectedRows(model);
      const columns = model.arranged.placed.map(({ column }) => column);
      void copyText(tsv(columns, rows)).then(done =>
        changes.say(done ? `Copied ${count(rows.length, 'run')}` : 'Could not copy')
      );
    },
    rename: line => {
      const id = table.ids[model.lines.row[line] ?? -1];
      if (can && id !== undefined) setRenaming(id);
    },
    remove: () => {
      if (can && model.selection.ids.size) changes.remove([...model.selection.ids].filter(id => table.rowOf.has(id)));
    },
    ...(around.open && { open: line => withRun(model, line, around.open) }),
    sort: (column, add) => withPlaced(model, column, placed => sort(placed, add)),
    menu: column =>
      withPlaced(model, column, placed => {
        const anchor = box.current?.querySelector<HTMLElement>(`[data-column="${column}"]`);
        if (anchor) openMenu(placed, anchor);
      }),
    move: (column, by) =>
      withPlaced(model, column, ({ column: { id } }) => {
        const order = movedBy(model.arranged, id, by);
        if (order) model.set(order);
      }),
    widen: (column, by) => withPlaced(model, column, ({ column: { id }, width }) => model.widen(id, width + by, true))
  };
  return (
    <div ref={box}>
      <Toolbar model={model} changes={changes} onRename={setRenaming} can={can} trash={around.trash} />
      {model.filtered.error && (
        <div class="nbf-wrong" role="alert">
          {model.filtered.error}
        </div>
      )}
      <Grid
        model={model}
        actions={actions}
        renaming={renaming}
        onRenamed={name => {
          if (renaming && name?.trim()) changes.rename(renaming, name.trim());
          setRenaming(null);
          focus();
        }}
        onMenu={openMenu}
        onSort={sort}
        onMove={({ column }, before) => model.set(moved(model.arranged, column.id, before?.column.id ?? null))}
        curves={curves}
        empty={<Nothing model={model} />}
      />
      {menu && (
        <ColumnMenu
          key={menu.placed.column.id}
          model={model}
          placed={menu.placed}
          anchor={menu.anchor}
          onClose={() => setMenu(null)}
        />
      )}
      {changes.said !== null && (
        <Bar kind={changes.failed ? 'error' : 'info'}>
          <span class="nbf-said">{changes.said}</span>
          {changes.undo && (
            <Button label="Undo" icon="undo" disabled={changes.busy} onClick={changes.undo}>
              Undo
            </Button>
          )}
          <Button label="Close" icon="close" look="plain" onClick={changes.forget} />
        </Bar>
      )}
      {table.notice && <Bar kind="error">{table.notice}</Bar>}
      <Footer model={model} />
    </div>
  );
}

function Nothing({ model: { set } }: { model: Model }) {
  return (
    <>
      No run passes the filter.
      <Button label="Show all runs" look="plain" onClick={() => set({ filter: '', column_filters: {} })}>
        Show all
      </Button>
    </>
  );
}

/** What is done with lines. */
function useLines(model: Model): Pick<Actions, 'select' | 'selectAll' | 'selectNone' | 'fold'> {
  const { lines, table, state, set } = model;
  return {
    select: (line, how) => model.select(before => select(before, lines, table.ids, line, how)),
    selectAll: () => model.select(before => selectAll(before, lines, table.ids)),
    selectNone: () => model.select(() => ({ ids: new Set(), anchor: null })),
    fold: (line, open) => {
      const group = lines.groups[lines.group?.[line] ?? -1];
      if (group) set({ expanded: toggled(state.expanded, group.key, open) });
      else set({ collapsed: toggled(state.collapsed, table.ids[lines.row[line] ?? -1] ?? '', !open) });
    }
  };
}

function toggled(list: readonly string[], item: string, on: boolean): string[] {
  const others = list.filter(each => each !== item);
  return on ? [...others, item] : others;
}

function withPlaced({ arranged }: Model, index: number, act: (placed: Placed) => void): void {
  const placed = arranged.placed[index];
  if (placed) act(placed);
}

function withRun({ lines, table }: Model, line: number, act: ((runId: string) => void) | undefined): void {
  const id = table.ids[lines.row[line] ?? -1];
  if (id !== undefined) act?.(id);
}

/** Tells which runs are shown, in the table's order. */
function useShown({ lines, table }: Model, tell: ((runIds: readonly string[]) => void) | undefined): void {
  useEffect(() => {
    if (!tell) return;
    // Where runs are in groups, or children are folded away, those that pass are more than the lines.
    const rows = lines.groups.length ? lines.passed : lines.row;
    const ids: string[] = [];
    for (const row of rows) if (row >= 0) ids.push(table.ids[row] ?? '');
    tell(ids);
  }, [lines, table, tell]);
}

/** The width of an element, in steps: columns need not move at each pixel. */
function useWidth(box: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(900);
  useLayoutEffect(() => {
    const el = box.current;
    if (!el || typeof ResizeObserver === 'undefined') return;
    const look = () => {
      if (el.clientWidth) setWidth(Math.round(el.clientWidth / 20) * 20);
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(el);
    return () => observer.disconnect();
  }, [box]);
  return width;
}
