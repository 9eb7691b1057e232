/** Values that came from elsewhere, of the shape that is wanted: what is not of it is nothing. */

/** An object; an empty one for what is none. */
export function object(found: unknown): Record<string, unknown> {
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Record<string, unknown>) : {};
}

/** A list; an empty one for what is none. */
export function list(found: unknown): readonly unknown[] {
  return Array.isArray(found) ? found : [];
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
