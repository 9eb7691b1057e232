/** A file to the browser's downloads: from a kernel, or from what was saved. */

import type { Source } from '../source';
import { nameOf, type Preview } from './data';

/** Hands bytes to the browser, as a file of no kind that it would open. */
export function saveBytes(name: string, bytes: Uint8Array): void {
  const url = URL.createObjectURL(new Blob([bytes as BlobPart], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
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
  if (preview.kind === 'html') return new TextEncoder().encode(preview.html);
  // JSON was set out anew, and tables were cut: only a plain text is what the file is.
  return preview.kind === 'text' && preview.language !== 'json' && preview.cut === null
    ? new TextEncoder().encode(preview.text)
    : undefined;
}

function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  } catch {
    return undefined;
  }
}
