/** Messages from Python: JSON in which `{"$buffer": i, "type": t}` stands for the i-th buffer beside it. */

/** What a buffer's bytes are: little-endian, as every machine's own memory now is. */
const ARRAYS = { f64: Float64Array, i32: Int32Array, u8: Uint8Array } as const;

type ArrayType = keyof typeof ARRAYS;

/** A list of numbers that came as bytes. */
export type Numbers = Float64Array | Int32Array | Uint8Array;

/**
 * Puts typed arrays in the places of buffers.
 *
 * @param value what came as JSON; it is not changed, and parts without buffers are given back as they are
 * @param buffers the bytes beside it
 * @throws {TypeError} if a buffer is named that did not come, or that does not hold whole numbers of its type
 */
export function decode(value: unknown, buffers: readonly (ArrayBuffer | ArrayBufferView)[]): unknown {
  if (buffers.length === 0 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    // Lists of plain values are long, and have nothing in them to look for.
    return value.some(isObject) ? value.map(item => decode(item, buffers)) : value;
  }
  if ('$buffer' in value) return numbers(value as { $buffer: unknown; type?: unknown }, buffers);
  // fromEntries defines its keys: one called __proto__ is a key like any other.
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, decode(item, buffers)]));
}

function numbers(
  place: { $buffer: unknown; type?: unknown },
  buffers: readonly (ArrayBuffer | ArrayBufferView)[]
): Numbers {
  const { $buffer: index, type } = place;
  const buffer = typeof index === 'number' ? buffers[index] : undefined;
  if (buffer === undefined || !isArrayType(type)) {
    throw new TypeError(`buffer ${String(index)} of type ${String(type)} did not come with its message`);
  }
  const { bytes, start } = ArrayBuffer.isView(buffer)
    ? { bytes: buffer.buffer, start: buffer.byteOffset }
    : { bytes: buffer, start: 0 };
  const array = ARRAYS[type];
  const size = array.BYTES_PER_ELEMENT;
  const length = buffer.byteLength / size;
  if (!Number.isInteger(length)) {
    throw new TypeError(`a buffer of ${buffer.byteLength} bytes holds no whole numbers of type ${type}`);
  }
  // A buffer lies anywhere in its message; a typed array wants its numbers at multiples of their size.
  return start % size === 0
    ? new array(bytes as ArrayBuffer, start, length)
    : new array(bytes.slice(start, start + buffer.byteLength) as ArrayBuffer);
}

function isArrayType(type: unknown): type is ArrayType {
  return typeof type === 'string' && Object.hasOwn(ARRAYS, type);
}

function isObject(item: unknown): item is object {
  return typeof item === 'object' && item !== null;
}
