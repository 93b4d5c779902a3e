/**
 * Writes protobuf (https://protobuf.dev/programming-guides/encoding/) into one buffer that grows and is used again. Lengths of
 * messages are written after them: `open` leaves room, `close` fills it in and moves the message where the room was another size.
 */
export class ProtobufWriter {
  #bytes: Buffer;
  #at = 0;

  constructor(sizeBytes: number) {
    this.#bytes = Buffer.allocUnsafeSlow(sizeBytes);
  }

  get capacityBytes(): number {
    return this.#bytes.length;
  }

  get sizeBytes(): number {
    return this.#at;
  }

  /** Starts anew; what `written` gave before is overwritten. */
  reset(): void {
    this.#at = 0;
  }

  /** What was written since `reset`. A view: valid until the next `reset`. */
  written(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
  }

  /** A whole number of at most 53 bits; a negative one takes ten bytes, as int64 wants it. */
  varint(value: number): void {
    this.#reserve(10);
    if (value < 0) this.#negative(value);
    else this.#at = putVarint(this.#bytes, this.#at, value);
  }

  /** 64 bits, the lower 32 first. */
  fixed64(low: number, high: number): void {
    this.#reserve(8);
    const at = this.#at;
    this.#bytes.writeUInt32LE(low, at);
    this.#bytes.writeUInt32LE(high, at + 4);
    this.#at = at + 8;
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  /** Appends a stretch of what was written before, once more. */
  repeat(start: number, end: number): void {
    this.#reserve(end - start);
    this.#bytes.copyWithin(this.#at, start, end);
    this.#at += end - start;
  }

  /** Length and bytes. */
  bytes(bytes: Uint8Array): void {
    this.varint(bytes.length);
    this.raw(bytes);
  }

  /** Length and UTF-8; a lone surrogate becomes U+FFFD. */
  string(text: string): void {
    this.#reserve(UTF8_BYTES_MAX * text.length + VARINT_BYTES_MAX);
    const start = this.#at;
    const sizeBytes = this.#text(text, start + 1);
    this.#makeRoom(start + 1, sizeBytes, varintBytes(sizeBytes) - 1);
    this.#at = putVarint(this.#bytes, start, sizeBytes) + sizeBytes;
  }

  /**
   * A KeyValue with a string, the commonest thing in a log record: `tag`, its length, `key` (an encoded key and the tag of the
   * value), then the value. It is written as if all its lengths were one byte, which they mostly are.
   */
  stringAttribute(tag: number, key: Uint8Array, text: string): void {
    this.#reserve(UTF8_BYTES_MAX * text.length + key.length + 3 * VARINT_BYTES_MAX + 2);
    const bytes = this.#bytes;
    const start = this.#at;
    const textAt = start + key.length + 5;
    const sizeBytes = this.#text(text, textAt);
    const valueBytes = 1 + varintBytes(sizeBytes) + sizeBytes;
    const pairBytes = key.length + varintBytes(valueBytes) + valueBytes;
    const headBytes = 1 + varintBytes(pairBytes) + pairBytes - sizeBytes;
    this.#makeRoom(textAt, sizeBytes, start + headBytes - textAt);
    bytes[start] = tag;
    let at = putVarint(bytes, start + 1, pairBytes);
    // Keys are short: a call of `set` would take longer.
    for (let n = 0; n < key.length; n++) bytes[at++] = key[n] ?? 0;
    at = putVarint(bytes, at, valueBytes);
    bytes[at] = STRING_VALUE;
    this.#at = putVarint(bytes, at + 1, sizeBytes) + sizeBytes;
  }

  /** Begins a message of a length that is not known yet; `expectedBytes` says how much room its length may need. */
  open(expectedBytes: number): number {
    const room = varintBytes(expectedBytes);
    this.#reserve(room);
    this.#at += room;
    return this.#at;
  }

  /** Ends the message that began where `open` said, given the same expectation. Says whether the message had to move. */
  close(start: number, expectedBytes: number): boolean {
    const room = varintBytes(expectedBytes);
    const length = this.#at - start;
    const needed = varintBytes(length);
    if (needed !== room) {
      this.#reserve(needed);
      this.#bytes.copyWithin(start - room + needed, start, this.#at);
      this.#at += needed - room;
    }
    putVarint(this.#bytes, start - room, length);
    return needed !== room;
  }

  /** Writes UTF-8 at a position, where there is room for any text of this length; the number of bytes. */
  #text(text: string, position: number): number {
    const bytes = this.#bytes;
    const { length } = text;
    if (length > SHORT) return bytes.write(text, position);
    for (let n = 0; n < length; n++) {
      const unit = text.charCodeAt(n);
      if (unit > 0x7f) return bytes.write(text, position);
      bytes[position + n] = unit;
    }
    return length;
  }

  /** Moves what was just written further on. */
  #makeRoom(start: number, sizeBytes: number, by: number): void {
    if (by > 0) this.#bytes.copyWithin(start + by, start, start + sizeBytes);
  }

  #negative(value: number): void {
    const high = Math.floor(value / 2 ** 32);
    const low = value - high * 2 ** 32;
    let rest = ((BigInt(high) & 0xffffffffn) << 32n) | BigInt(low);
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes[this.#at++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#at++] = Number(rest);
  }

  #reserve(sizeBytes: number): void {
    const needed = this.#at + sizeBytes;
    if (needed > this.#bytes.length) this.#grow(needed);
  }

  /** A line of 64 MiB must not take four times its size. */
  #grow(needed: number): void {
    const factor = needed > LARGE ? 1.25 : 2;
    const grown = Buffer.allocUnsafeSlow(Math.ceil(Math.max(needed, this.#bytes.length) * factor));
    this.#bytes.copy(grown, 0, 0, this.#at);
    this.#bytes = grown;
  }
}

/** Tag of AnyValue.string_value. */
const STRING_VALUE = 0x0a;
/** Up to this length a text is written faster here than by a call out of JavaScript. */
const SHORT = 20;
/** Bytes of UTF-8 that one UTF-16 unit can take. */
const UTF8_BYTES_MAX = 3;
/** Bytes of a length below 2^35. */
const VARINT_BYTES_MAX = 5;
/** Above this the buffer grows by a quarter. */
const LARGE = 16 * 1024 * 1024;

function putVarint(bytes: Uint8Array, position: number, value: number): number {
  let at = position;
  let rest = value;
  while (rest > 0x7f) {
    bytes[at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  bytes[at++] = rest;
  return at;
}

export function varintBytes(value: number): number {
  let size = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) size++;
  return size;
}
