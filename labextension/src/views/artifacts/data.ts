/** Artifacts as they come from Python: a tree, and what is seen of a file. */

import { list, natural, object, text } from '../given';

export interface Entry {
  readonly path: string;
  readonly isDir: boolean;
  readonly size: number | null;
}

export interface ArtifactTree {
  /** Each folder's entries by its path; `''` is the top. A folder that is not here was not looked into. */
  readonly folders: ReadonlyMap<string, readonly Entry[]>;
  /** Why nothing is here. */
  readonly why: string | null;
}

interface Common {
  readonly size: number | null;
  /** The file has more than is here. */
  readonly partial: boolean;
  /** The file that is shown in place of the one that was asked for: a figure's picture. */
  readonly instead: string | null;
}

export type Cell = string | number | null;

export type Preview = Common &
  (
    | {
        readonly kind: 'image';
        readonly mime: string;
        readonly bytes?: Uint8Array;
        readonly base64?: string;
        readonly pixels: string | null;
      }
    | {
        readonly kind: 'table';
        readonly columns: readonly string[];
        readonly numbers: ReadonlySet<number>;
        readonly rows: readonly (readonly Cell[])[];
        readonly shape: readonly [number, number];
      }
    | { readonly kind: 'text'; readonly text: string; readonly language: string; readonly cut: number | null }
    | { readonly kind: 'chart'; readonly spec: object }
    | { readonly kind: 'html'; readonly html: string; readonly scripts: boolean }
    | { readonly kind: 'plotly' }
    | { readonly kind: 'none'; readonly why: string }
  );

/** Reads a tree; what is not of its shape is left out. */
export function readTree(found: unknown): ArtifactTree {
  const tree = object(found);
  const folders = new Map<string, readonly Entry[]>();
  for (const [path, entries] of Object.entries(object(tree.folders))) folders.set(path, readEntries(entries));
  return { folders, why: text(tree.why) };
}

/** Reads what a folder holds. */
export function readEntries(found: unknown): readonly Entry[] {
  return list(found).flatMap(each => {
    const { path, is_dir, size } = object(each);
    return typeof path === 'string' ? [{ path, isDir: is_dir === true, size: natural(size) }] : [];
  });
}

/** Reads a preview. */
export function readPreview(found: unknown): Preview {
  const given = object(found);
  const common = { size: natural(given.size), partial: given.partial === true, instead: text(given.instead) };
  switch (given.kind) {
    case 'image':
      return {
        ...common,
        kind: 'image',
        mime: text(given.mime) ?? '',
        ...content(given.data),
        pixels: pixels(given.pixels)
      };
    case 'table': {
      const [rows, columns] = list(given.shape);
      const cells = list(given.rows).map(row => list(row).map(cell));
      return {
        ...common,
        kind: 'table',
        columns: list(given.columns).map(String),
        numbers: new Set(list(given.numbers).filter(at => typeof at === 'number')),
        rows: cells,
        shape: [natural(rows) ?? cells.length, natural(columns) ?? list(given.columns).length]
      };
    }
    case 'text':
      return {
        ...common,
        kind: 'text',
        text: text(given.text) ?? '',
        language: text(given.language) ?? 'text',
        cut: natural(given.cut)
      };
    case 'chart':
      return { ...common, kind: 'chart', spec: object(given.spec) };
    case 'html':
      return { ...common, kind: 'html', html: text(given.html) ?? '', scripts: given.scripts === true };
    case 'plotly':
      return { ...common, kind: 'plotly' };
    default:
      return { ...common, kind: 'none', why: text(given.why) ?? 'There is no preview of this file.' };
  }
}

/** The last part of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function content(data: unknown): { bytes?: Uint8Array; base64?: string } {
  if (data instanceof Uint8Array) return { bytes: data };
  const base64 = text(object(data).base64);
  return base64 === null ? {} : { base64 };
}

function pixels(found: unknown): string | null {
  const [width, height] = list(found);
  return natural(width) !== null && natural(height) !== null ? `${width} × ${height}` : null;
}

function cell(found: unknown): Cell {
  return typeof found === 'string' || typeof found === 'number' || found === null ? found : String(found);
}
