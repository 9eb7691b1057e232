/** The end of a path: that is what tells stores apart. */

import { cut } from '../views/parts/text';

const LONGEST = 34;

/** Leaves out folders at the start, as many as it takes: `…/vision/nbruns`. */
export function shortPath(path: string, longest = LONGEST): string {
  if (path.length <= longest) return path;
  const separator = path.includes('/') ? '/' : '\\';
  const parts = path.split(separator);
  for (let from = 1; from < parts.length - 1; from++) {
    const end = `…${separator}${parts.slice(from).join(separator)}`;
    if (end.length <= longest) return end;
  }
  return cut(`…${separator}${parts.at(-1) ?? ''}`, longest);
}
