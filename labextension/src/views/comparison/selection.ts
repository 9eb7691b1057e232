/** Which runs are selected: by a click, with a key held by more of them, or by an area drawn over marks. */

import { isRecord } from '../given';
import type { ChartData, RunHead } from './data';

/** The selection after a click on runs: alone they are selected, or no longer if they were; `add` keeps the others. */
export function picked(selected: readonly string[], clicked: readonly string[], add: boolean): string[] {
  if (!add) {
    const same = clicked.length === selected.length && clicked.every(id => selected.includes(id));
    return same ? [] : [...clicked];
  }
  const all = clicked.every(id => selected.includes(id));
  const others = selected.filter(id => !clicked.includes(id));
  return all ? others : [...others, ...clicked];
}

/** The runs whose marks were clicked, as Vega tells it. */
export function idsOfPick(value: unknown, field: string, runs: readonly RunHead[]): string[] {
  const labels = isRecord(value) && Array.isArray(value[field]) ? (value[field] as unknown[]) : [];
  return runs.filter(run => labels.includes(run.label)).map(run => run.id);
}

/** The runs whose marks are in the area that was drawn; null where there is no area. */
export function idsOfBrush(value: unknown, chart: ChartData, runs: readonly RunHead[]): string[] | null {
  const { brush, spec } = chart;
  if (!brush || !isRecord(value)) return null;
  const sides = Object.entries(value).filter((side): side is [string, unknown[]] => Array.isArray(side[1]));
  if (!sides.length || sides.some(([, ends]) => isPoint(ends))) return null;
  const rows = (spec as { datasets?: Record<string, unknown> } | null)?.datasets?.[brush.data];
  const within = (Array.isArray(rows) ? rows : []).filter(
    row => isRecord(row) && sides.every(([field, ends]) => isWithin(row[field], ends))
  );
  const labels = new Set(within.map(row => (row as Record<string, unknown>)[brush.field]));
  return runs.filter(run => labels.has(run.label)).map(run => run.id);
}

function isPoint(ends: readonly unknown[]): boolean {
  return !ends.length || (ends.length === 2 && typeof ends[0] !== 'string' && Number(ends[0]) === Number(ends[1]));
}

/** Between two numbers, or one of some texts. */
function isWithin(value: unknown, ends: readonly unknown[]): boolean {
  if (ends.some(end => typeof end === 'string')) return ends.includes(value);
  const [a, b] = [Number(ends[0]), Number(ends.at(-1))];
  return typeof value === 'number' && value >= Math.min(a, b) && value <= Math.max(a, b);
}
