import { describe, expect, it } from 'vitest';
import { decodeBuffers } from '../../src/api/body';
import { packed } from './fake-server';

const bytesOf = (array: Float64Array | Int32Array) => new Uint8Array(array.buffer);

describe('an answer with buffers', () => {
  it('is JSON where it has none', () => {
    const value = { text: 'ä↵"', list: [1, null, 'NaN'] };

    expect(decodeBuffers(packed(value).buffer)).toEqual(value);
  });

  it('has its numbers where they stood, and not a copy of them', () => {
    const [numbers, codes] = [Float64Array.of(0.5, Number.NaN, -1e300), Int32Array.of(3, -1, 7)];
    const message = { a: { $buffer: 0, type: 'f64' }, b: [{ $buffer: 1, type: 'i32' }], c: { $buffer: 2, type: 'u8' } };
    const body = packed(message, [bytesOf(numbers), bytesOf(codes), Uint8Array.of(1, 2, 3)]);

    const read = decodeBuffers(body.buffer) as { a: Float64Array; b: [Int32Array]; c: Uint8Array };

    expect(read.a).toEqual(numbers);
    expect(read.b[0]).toEqual(codes);
    expect(read.c).toEqual(Uint8Array.of(1, 2, 3));
    expect(read.a.buffer).toBe(body.buffer);
  });

  it.each(Array.from({ length: 20 }, (_, n) => n))('is read after a buffer of %d bytes', n => {
    const first = Uint8Array.from({ length: n }, (_, i) => i);
    const second = Float64Array.of(n, 1);
    const message = [
      { $buffer: 0, type: 'u8' },
      { $buffer: 1, type: 'f64' }
    ];

    expect(decodeBuffers(packed(message, [first, bytesOf(second)]).buffer)).toEqual([first, second]);
  });

  it('is refused where it was cut off', () => {
    const body = packed([{ $buffer: 0, type: 'f64' }], [bytesOf(Float64Array.of(1, 2))]);

    const alone = 4 + new DataView(body.buffer).getUint32(0, true); // the JSON without its buffers is whole, too

    for (let end = 0; end < body.length - 8; end++) {
      if (end === alone) continue;
      expect(() => decodeBuffers(body.slice(0, end).buffer)).toThrow();
    }
  });
});
