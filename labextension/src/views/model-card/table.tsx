/** Small tables, of which the first rows are in view; and texts that keep their lines. */

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { count } from '../parts/format';
import { UserText } from '../parts/text';

export interface TableProps {
  caption?: ComponentChildren;
  /** What stands above the columns; empty texts for none. */
  head?: readonly string[];
  rows: readonly (readonly ComponentChildren[])[];
  /** Which columns are numbers. */
  numbers?: readonly number[];
  /** How many rows are in view at first. */
  first?: number;
  /** How many rows there are, where these are not all. */
  total?: number;
  label?: string;
}

const FIRST = 12;

/** A table; nothing where there are no rows. */
export function Table({ caption, head, rows, numbers = [], first = FIRST, total, label }: TableProps) {
  const [all, setAll] = useState(false);
  if (rows.length === 0) return null;
  const shown = all || rows.length <= first + 2 ? rows : rows.slice(0, first);
  const missing = (total ?? rows.length) - rows.length;
  const align = (i: number) => (numbers.includes(i) ? 'nbf-card-num' : undefined);
  return (
    <div class="nbf-card-block">
      {caption && <div class="nbf-card-caption">{caption}</div>}
      <div class="nbf-card-scroll">
        <table class="nbf-card-table" aria-label={label ?? (typeof caption === 'string' ? caption : undefined)}>
          {head && (
            <thead>
              <tr>
                {head.map((text, i) => (
                  <th key={i} scope="col" class={align(i)}>
                    <UserText text={text} limit={40} />
                  </th>
                ))}
              </tr>
            </thead>
          )}
          <tbody>
            {shown.map((row, y) => (
              <tr key={y}>
                {row.map((cell, i) => (
                  <td key={i} class={align(i)}>
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < rows.length && (
        <button type="button" class="nbf-card-more" onClick={() => setAll(true)}>
          {`show all ${rows.length.toLocaleString('en')}`}
        </button>
      )}
      {missing > 0 && (
        <div class="nbf-soft nbf-card-missing">{`and ${count(missing, 'more', 'more')}, which are not here`}</div>
      )}
    </div>
  );
}

/** Somebody's text with its lines as they are. */
export function Prose({ text, limit = 4000 }: { text: string; limit?: number }) {
  const lines = text
    .slice(0, limit)
    .replace(/\s+$/, '')
    .split(/\r\n|\r|\n/);
  return (
    <div class="nbf-card-prose" dir="auto">
      {lines.map((line, i) => (
        <div key={i}>{line.trim() === '' ? '\u00a0' : <UserText text={line} />}</div>
      ))}
      {text.length > limit && <span class="nbf-soft">…</span>}
    </div>
  );
}
