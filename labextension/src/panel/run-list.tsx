/** The list of runs: what is seen of it, and where it is scrolled to. */

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { t } from '../i18n';
import { tip, UserText } from '../views/parts/text';
import { useNow } from './age';
import { Arrivals } from './arrivals';
import { List, type ListProps, type Point } from './list';
import { type RunItem, sortKey } from './run-items';
import { LINE_HEIGHT, needsTwoLines, RunLine, spokenRun, TWO_LINES, writersOf } from './run-line';
import { type RunTools, runKey } from './run-menu';
import { meant } from './selection';
import type { Runs } from './use-runs';

const KEEP_MS = 400; // after the last scroll

export interface RunListProps {
  tools: RunTools;
  onMenu: (ids: readonly string[], at: Point) => void;
  onDrag: ((run: RunItem, event: PointerEvent) => void) | null;
  editing: ListProps['editing'];
}

/** Draws the list. */
export function RunList({ tools, onMenu, onDrag, editing }: RunListProps) {
  const { runs, context } = tools;
  const { paged, kept, selection, starred } = runs;
  const { items } = paged;
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const now = useNow(items.some(({ status }) => status === 'RUNNING'));
  const two = needsTwoLines(width, kept.metrics.length);
  const write = useMemo(() => writersOf(items, kept.metrics), [items, kept.metrics]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const idsAt = (index: number) => {
    const run = items[index];
    return run ? meant(selection, run.id) : [];
  };
  return (
    <div ref={box} class="nbf-runs-list">
      <Arrivals paged={paged} />
      {!two && kept.metrics.length > 0 && <Heads runs={runs} />}
      <List
        label={t('Runs')}
        multi
        items={items}
        count={paged.total.n}
        rowHeight={two ? TWO_LINES : LINE_HEIGHT}
        selected={selection.ids}
        spoken={index => {
          const run = items[index];
          return run ? spokenRun(run, kept.metrics, starred.has(run.id), now) : '';
        }}
        draw={index => {
          const run = items[index];
          return (
            run && (
              <RunLine
                run={run}
                metrics={kept.metrics}
                write={write}
                starred={starred.has(run.id)}
                two={two}
                now={now}
              />
            )
          );
        }}
        onSelect={runs.select}
        onAll={runs.selectAll}
        onNone={runs.selectNone}
        onOpen={index => {
          const run = items[index];
          if (run) context.services.shell.open({ page: 'run', store: context.store.id, run_id: run.id });
        }}
        onMenu={(index, at) => {
          const run = items[index];
          if (!run) return;
          if (!selection.ids.has(run.id)) runs.select(index, 'only');
          onMenu(idsAt(index), at);
        }}
        onDo={(what, index, at) => {
          const run = items[index];
          if (!run) return;
          if (what === 'star') runs.star([run.id], !starred.has(run.id));
          else onMenu(idsAt(index), at);
        }}
        onKey={(event, index) => runKey(tools, event, idsAt(index), items[index])}
        onSeen={paged.want}
        scroll={kept.scroll}
        onScroll={top => {
          clearTimeout(timer.current);
          timer.current = setTimeout(() => runs.set({ scroll: top }), KEEP_MS);
        }}
        {...(onDrag && {
          onDrag: (index: number, event: PointerEvent) => {
            const run = items[index];
            if (run) onDrag(run, event);
          }
        })}
        {...(editing && { editing })}
      />
    </div>
  );
}

/** The names of the metrics above their values; a click sorts by one. */
function Heads({ runs: { kept, set } }: { runs: Runs }) {
  return (
    <div class="nbf-runs-heads">
      {kept.metrics.map(metric => {
        const key = sortKey('metrics', metric);
        const on = key !== null && kept.sort.key === key;
        return (
          <button
            key={metric}
            type="button"
            class="nbf-run-head"
            title={t('Sort by %1', tip(metric))}
            disabled={key === null}
            onClick={() => key !== null && set({ sort: { key, desc: on ? !kept.sort.desc : true }, scroll: 0 })}
          >
            <UserText text={metric} limit={12} />
            {on && (kept.sort.desc ? ' ↓' : ' ↑')}
          </button>
        );
      })}
      <span class="nbf-run-head-age" />
    </div>
  );
}

/** The width of an element. */
function useWidth(box: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(280);
  useLayoutEffect(() => {
    const el = box.current;
    if (!el || typeof ResizeObserver === 'undefined') return;
    const observer = new ResizeObserver(() => el.clientWidth && setWidth(el.clientWidth));
    observer.observe(el);
    if (el.clientWidth) setWidth(el.clientWidth);
    return () => observer.disconnect();
  }, [box]);
  return width;
}
