/** Bytes that one encoded long can take at most. */
export const LONG_BYTES_MAX = 10;

/**
 * An Avro long: zigzag, then seven bits a byte, least significant first (Avro 1.12, "Binary encoding"). Exact for safe integers.
 * Arithmetic instead of shifts, since shifts end at 32 bits.
 */
export function encodeLong(value: number): Uint8Array {
  if (!Number.isSafeInteger(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER / 2)
    throw new RangeError(`Cannot encode ${value} as a long`);
  const bytes: number[] = [];
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Uint8Array.from(bytes);
}

export interface DecodedLong {
  readonly value: number;
  /** Offset behind the long. */
  readonly end: number;
}

/** The long at an offset; `undefined` where the bytes end inside it. Throws a RangeError where it is none that we could have written. */
export function decodeLong(bytes: Uint8Array, offset: number): DecodedLong | undefined {
  let zigzag = 0;
  let scale = 1;
  for (let at = offset; at < bytes.byteLength; at += 1) {
    const byte = bytes[at] ?? 0;
    zigzag += (byte % 0x80) * scale;
    if (zigzag > Number.MAX_SAFE_INTEGER)
      throw new RangeError(`Cannot decode a long at byte ${offset}: it is too large`);
    if (byte < 0x80) {
      const value = zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
      return { value, end: at + 1 };
    }
    scale *= 0x80;
    if (at - offset >= LONG_BYTES_MAX - 1)
      throw new RangeError(`Cannot decode a long at byte ${offset}: it does not end`);
  }
  return undefined;
}
