/** Values that came from elsewhere, of the shape that is wanted: what is not of it is nothing. */

/** Whether it is an object, and no list. */
export function isRecord(found: unknown): found is Record<string, unknown> {
  return typeof found === 'object' && found !== null && !Array.isArray(found);
}

/** An object; an empty one for what is none. */
export function object(found: unknown): Record<string, unknown> {
  return isRecord(found) ? found : {};
}

/** A list; an empty one for what is none. */
export function list(found: unknown): readonly unknown[] {
  return Array.isArray(found) ? found : [];
}

/** The texts of a list; none for what is no list. */
export function texts(found: unknown): string[] {
  return list(found).filter(each => typeof each === 'string');
}

/** A text; null for what is none. */
export function text(found: unknown): string | null {
  return typeof found === 'string' ? found : null;
}

/** A finite number; null for what is none. */
export function finite(found: unknown): number | null {
  return typeof found === 'number' && Number.isFinite(found) ? found : null;
}

/** A number that can count something; null for what is none. */
export function natural(found: unknown): number | null {
  const number = finite(found);
  return number !== null && number >= 0 ? number : null;
}
