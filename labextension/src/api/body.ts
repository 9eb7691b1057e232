/** What an answer holds: JSON, or JSON with the buffers that stand for its numbers. */

import { decode } from '../views/wire';

/** The type of an answer in which numbers come as bytes. */
export const WITH_BUFFERS = 'application/vnd.nbflow+buffers';

const HEADER = 4; // bytes of a length
const WORD = 8; // bytes begin at multiples of it, so that numbers are read where they lie

/** Reads the body of an answer; rejects where it was cut off. */
export async function decodeBody(response: Response): Promise<unknown> {
  const type = response.headers.get('Content-Type') ?? '';
  return type.startsWith(WITH_BUFFERS) ? decodeBuffers(await response.arrayBuffer()) : await response.json();
}

/**
 * Reads JSON and the buffers behind it.
 *
 * The body is `length | JSON | (length | bytes | zeros)*`: see `nbflow/server/encoding.py`. Nothing is copied.
 *
 * @throws {TypeError} if a length leads out of the body
 */
export function decodeBuffers(body: ArrayBuffer): unknown {
  const view = new DataView(body);
  let at = 0;
  const take = (): Uint8Array => {
    if (at + HEADER > body.byteLength) throw new TypeError('an answer ended in the middle');
    const start = at + HEADER;
    const end = start + view.getUint32(at, true);
    if (end > body.byteLength) throw new TypeError('an answer ended in the middle');
    at = end;
    return new Uint8Array(body, start, end - start);
  };
  const message: unknown = JSON.parse(new TextDecoder().decode(take()));
  const buffers: Uint8Array[] = [];
  while (at < body.byteLength) {
    buffers.push(take());
    at += (2 * WORD - HEADER - (at % WORD)) % WORD;
  }
  return decode(message, buffers);
}
