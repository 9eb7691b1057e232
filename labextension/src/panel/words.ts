/** What somebody types into a search field: a filter of the grammar, or words to look for. */

import { isFilter } from '../views/run-table/grammar';

const UNFINISHED = /^(?:metrics?|param(?:eter)?s?|tags?|attr(?:ibute)?s?|run|datasets?)\.\S*$/i;

/** What is asked for. Null: it is not finished, and what was asked before still counts. */
export function filterOf(typed: string, keys: readonly string[], prefixed: readonly string[] = []): string | null {
  const text = typed.trim();
  if (!text) return '';
  if (UNFINISHED.test(text)) return null;
  if (isFilter(text)) return text;
  return words(text)
    .map(word => {
      const clauses = [
        ...keys.map(key => `${key} ILIKE ${quoted(`%${word}%`)}`),
        ...prefixed.map(key => `${key} LIKE ${quoted(`${word}%`)}`)
      ];
      return clauses.length > 1 ? `(${clauses.join(' OR ')})` : clauses.join('');
    })
    .join(' AND ');
}

/** Joins clauses so that each counts. */
export function and(...filters: readonly string[]): string {
  const some = filters.filter(Boolean);
  return some.length > 1 ? some.map(filter => `(${filter})`).join(' AND ') : (some[0] ?? '');
}

/** A clause that holds for some runs, or for all others. */
export function among(runIds: readonly string[], isIn: boolean): string {
  if (!runIds.length) return '';
  return `run_id ${isIn ? 'IN' : 'NOT IN'} (${runIds.map(quoted).join(', ')})`;
}

/** A text of the grammar cannot hold both quotes: a word that does is looked for in pieces. */
function words(text: string): string[] {
  return text
    .split(/\s+/)
    .flatMap(word => (word.includes("'") && word.includes('"') ? word.split('"') : [word]))
    .filter(Boolean);
}

function quoted(text: string): string {
  return text.includes("'") ? `"${text}"` : `'${text}'`;
}
