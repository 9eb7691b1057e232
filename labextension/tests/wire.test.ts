import { describe, expect, it } from 'vitest';
import { decode } from '../src/views/wire';

const bytes = (array: ArrayBufferView): DataView =>
  new DataView(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);

describe('decode', () => {
  it('puts typed arrays in the places of buffers, however deep', () => {
    const message = { a: [{ values: { $buffer: 1, type: 'f64' } }], b: { $buffer: 0, type: 'i32' } };

    const decoded = decode(message, [bytes(new Int32Array([1, -1])), bytes(new Float64Array([0.5, Number.NaN]))]);

    expect(decoded).toEqual({ a: [{ values: new Float64Array([0.5, Number.NaN]) }], b: new Int32Array([1, -1]) });
  });

  it('reads buffers that lie at any place of their message', () => {
    const message = new Uint8Array(17);
    message.set(new Uint8Array(new Float64Array([1.5, 2.5]).buffer), 1);

    expect(decode({ $buffer: 0, type: 'f64' }, [new DataView(message.buffer, 1)])).toEqual(
      new Float64Array([1.5, 2.5])
    );
  });

  it('gives back what has no buffers as it is', () => {
    const message = { $buffer: 'a column may be called so', rows: [1, 2] };

    expect(decode(message, [])).toBe(message);
  });

  it('takes no key for more than a key', () => {
    const message = JSON.parse('{"__proto__": {"polluted": true}, "x": {"$buffer": 0, "type": "u8"}}') as object;

    const decoded = decode(message, [bytes(new Uint8Array([7]))]) as { polluted?: boolean };

    expect(decoded.polluted).toBeUndefined();
    expect(Object.keys(decoded)).toEqual(['__proto__', 'x']);
  });

  it.each([
    [{ $buffer: 1, type: 'f64' }, 8],
    [{ $buffer: 0, type: 'constructor' }, 8],
    [{ $buffer: 0, type: 'f64' }, 7]
  ])('refuses what does not fit: %o', (place, size) => {
    expect(() => decode(place, [new ArrayBuffer(size)])).toThrow(TypeError);
  });
});
