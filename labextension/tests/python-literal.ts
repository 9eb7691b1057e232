/** Reads what Python would: to see that what is put into code says what it should, and nothing else. */

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\' };

/** Reads a text in double quotes; throws where Python would refuse it, or where a reader could not see what it says. */
export function readLiteral(code: string): string {
  if (!/^"[^\n\r]*"$/.test(code)) throw new SyntaxError(`no text on one line: ${code}`);
  let read = '';
  for (let at = 1; at < code.length - 1; ) {
    const letter = String.fromCodePoint(code.codePointAt(at) ?? 0);
    if (letter === '"') throw new SyntaxError(`it ends in the middle: ${code}`);
    if (letter !== '\\') {
      if (/[\p{C}\p{Z}]/u.test(letter) && letter !== ' ') throw new SyntaxError(`unseen: ${code}`);
      read += letter;
      at += letter.length;
      continue;
    }
    const after = code[at + 1] ?? '';
    const digits = after === 'u' ? 4 : after === 'U' ? 8 : 0;
    if (digits) {
      const hex = code.slice(at + 2, at + 2 + digits);
      if (!/^[0-9a-f]+$/.test(hex) || hex.length < digits) throw new SyntaxError(`no such letter: ${code}`);
      read += String.fromCodePoint(Number.parseInt(hex, 16));
    } else {
      const escaped = ESCAPES[after];
      if (escaped === undefined || at + 1 === code.length - 1) throw new SyntaxError(`no such escape: ${code}`);
      read += escaped;
    }
    at += 2 + digits;
  }
  return read;
}
