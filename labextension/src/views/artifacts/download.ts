/** A file to the browser's downloads: from a kernel, or from what was saved. */

import { download as handOver } from '../parts/copy';
import type { Source } from '../source';
import { nameOf, type Preview } from './data';

/** Hands bytes to the browser, as a file of no kind that it would open. */
export function saveBytes(name: string, bytes: Uint8Array): void {
  handOver(name, bytes as BlobPart, 'application/octet-stream');
}

/** Asks for a file and saves it. */
export async function download(source: Pick<Source<unknown, object>, 'ask'>, path: string): Promise<void> {
  const { data } = await source.ask<{ data?: unknown }>('file', { path });
  if (!(data instanceof Uint8Array)) throw new TypeError('The file did not come.');
  saveBytes(nameOf(path), data);
}

/** The whole content of a file, where its preview has it. */
export function savedBytes(preview: Preview): Uint8Array | undefined {
  if (preview.partial || preview.instead) return undefined;
  if (preview.kind === 'image') {
    if (preview.size !== null && preview.bytes && preview.bytes.length !== preview.size) return undefined;
    if (preview.bytes) return preview.bytes;
    return preview.base64 === undefined ? undefined : fromBase64(preview.base64);
  }
  if (preview.kind === 'html') return encoded(preview.html, preview.size);
  // JSON was set out anew, and tables were cut: only a plain text is what the file is.
  return preview.kind === 'text' && preview.language !== 'json' && preview.cut === null
    ? encoded(preview.text, preview.size)
    : undefined;
}

/** The bytes of a text, if they are as many as the file's: decoded, it lost its mark of byte order and what was no UTF-8. */
function encoded(text: string, size: number | null): Uint8Array | undefined {
  const bytes = new TextEncoder().encode(text);
  return size === null || bytes.length === size ? bytes : undefined;
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}
