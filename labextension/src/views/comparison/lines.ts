/** Lines as the user arranged them: smoothed, on a logarithmic axis, with exact points where somebody zoomed in. */

import { smoothed } from '../chart/smooth';
import { isRecord } from '../given';
import type { ChartData, LinesData } from './data';

/** The exact points of a part, by the label of their run. */
export interface Exact {
  readonly lines: Readonly<Record<string, ExactLine>>;
  readonly n: number;
  readonly shown: number;
}

interface ExactLine {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly smooth?: ArrayLike<number>;
}

type Row = Readonly<Record<string, unknown>>;

/** The rows of the lines' data set. */
export function lineRows(chart: ChartData, lines: LinesData, weight: number, exact: Exact | null): object[] {
  const datasets = (chart.spec as { datasets?: Record<string, readonly Row[]> } | null)?.datasets ?? {};
  const rows = Array.isArray(datasets[lines.data]) ? (datasets[lines.data] ?? []) : [];
  return rows.map(row => {
    const found = lines.label === null ? undefined : exact?.lines[String(row[lines.label])];
    return withSmooth(found ? merged(row, lines, found) : row, lines, weight, found !== undefined);
  });
}

/** The spec, with a logarithmic axis if it is wanted. */
export function lineSpec(chart: ChartData, lines: LinesData, log: boolean): object {
  const spec = chart.spec as { layer?: readonly Row[] };
  if (!log || !spec.layer) return spec;
  const fields = [lines.y, lines.smooth].filter(field => field !== null);
  const filter = { filter: fields.map(field => `datum[${JSON.stringify(field)}] > 0`).join(' && ') };
  const layer = spec.layer.map(part => {
    const encoding = isRecord(part.encoding) ? part.encoding : {};
    const y = isRecord(encoding.y) ? { ...encoding.y, scale: { type: 'log', nice: false } } : encoding.y;
    const transform = Array.isArray(part.transform) ? [...part.transform, filter] : [filter];
    return { ...part, encoding: { ...encoding, y }, transform };
  });
  return { ...spec, layer };
}

/** The call that makes the same chart. */
export function lineCode(code: string, weight: number, log: boolean): string {
  const more = `${weight > 0 ? `, smooth=${weight}` : ''}${log ? ', log=True' : ''}`;
  return code.replace(/\)$/, `${more})`);
}

/** Reads the answer of Python. */
export function readExact(found: unknown): Exact | null {
  if (!isRecord(found) || !isRecord(found.lines)) return null;
  return { lines: found.lines as Exact['lines'], n: Number(found.n), shown: Number(found.shown) };
}

function withSmooth(row: Row, { y, smooth }: LinesData, weight: number, isExact: boolean): Row {
  if (smooth === null) return row;
  if (isExact && weight > 0 && row[smooth]) return row;
  const values = Array.isArray(row[y]) ? (row[y] as number[]) : [];
  return { ...row, [smooth]: weight > 0 ? smoothed(values, weight) : values };
}

/** Puts exact points in the place of those between their ends; beyond stays what is there. */
function merged(row: Row, lines: LinesData, exact: ExactLine): Row {
  const xs = Array.isArray(row[lines.x]) ? (row[lines.x] as number[]) : [];
  const ys = Array.isArray(row[lines.y]) ? (row[lines.y] as number[]) : [];
  const inner = Array.from(exact.x);
  const [low, high] = [inner[0], inner.at(-1)];
  if (low === undefined || high === undefined) return row;
  const before = xs.findIndex(x => x >= low);
  const from = before < 0 ? xs.length : before;
  const after = xs.findIndex(x => x > high);
  const to = after < 0 ? xs.length : after;
  const joined = (old: readonly number[], within: ArrayLike<number>) => [
    ...old.slice(0, from),
    ...Array.from(within),
    ...old.slice(to)
  ];
  const made: Record<string, unknown> = {
    ...row,
    [lines.x]: joined(xs, exact.x),
    [lines.y]: joined(ys, exact.y)
  };
  if (lines.smooth !== null) {
    delete made[lines.smooth];
    // Around the part there is no smoothed line as long as there: it stands alone.
    if (exact.smooth) {
      made[lines.x] = inner;
      made[lines.y] = Array.from(exact.y);
      made[lines.smooth] = Array.from(exact.smooth);
    }
  }
  return made;
}
