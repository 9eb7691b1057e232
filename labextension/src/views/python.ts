/** Python's way to write what is put into code. */

// What cannot be seen, or turns what follows: a reader of the code should see what it does. So Python's repr, too.
const UNSEEN = /[\p{C}\p{Z}]/gu;

/** Writes a text as Python reads it, in double quotes. */
export function pythonText(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&').replace(UNSEEN, escaped)}"`;
}

function escaped(found: string): string {
  const code = found.codePointAt(0) ?? 0;
  switch (found) {
    case ' ':
      return found;
    case '\n':
      return '\\n';
    case '\r':
      return '\\r';
    case '\t':
      return '\\t';
    default:
      return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  }
}
