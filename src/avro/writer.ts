/** Avro's binary encoding (Avro 1.12, "Binary encoding") into one buffer that grows and is used again. */
export class AvroWriter {
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

  /** Takes back what was written from this size on. What `written` gave before is overwritten. */
  reset(sizeBytes: number = 0): void {
    this.#at = sizeBytes;
  }

  /** What was written. A view: valid until the next `reset`. */
  written(): Buffer {
    return this.#bytes.subarray(0, this.#at);
  }

  /** The index of a union's branch. */
  branch(index: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = 2 * index;
  }

  boolean(value: boolean): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = value ? 1 : 0;
  }

  /** Throws for anything but a whole number that avsc, which reads it back, reads exactly. */
  long(value: number): void {
    if (!Number.isSafeInteger(value) || value < LONG_MIN || value > LONG_MAX)
      throw new TypeError(`Cannot encode ${value} as a long`);
    this.#reserve(LONG_BYTES_MAX);
    this.#at = putLong(this.#bytes, this.#at, value);
  }

  /** A lone surrogate becomes U+FFFD. Throws for anything but a string. */
  string(text: string): void {
    const { length } = text;
    this.#reserve(UTF8_BYTES_MAX * length + LONG_BYTES_MAX);
    if (length <= SHORT && this.#shortAscii(text)) return;
    const bytes = this.#bytes;
    const start = this.#at;
    // As if it were ASCII, which nearly everything is; else it moves.
    const room = longBytes(length);
    const sizeBytes = bytes.write(text, start + room);
    const needed = longBytes(sizeBytes);
    if (needed !== room) bytes.copyWithin(start + needed, start + room, start + room + sizeBytes);
    this.#at = putLong(bytes, start, sizeBytes) + sizeBytes;
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.byteLength + LONG_BYTES_MAX);
    this.#at = putLong(this.#bytes, this.#at, bytes.byteLength);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.byteLength;
  }

  /** `["null", "string"]`. */
  nullableString(text: string | null): void {
    this.branch(text === null ? 0 : 1);
    if (text !== null) this.string(text);
  }

  /** `["null", "long"]`. */
  nullableLong(value: number | null): void {
    this.branch(value === null ? 0 : 1);
    if (value !== null) this.long(value);
  }

  /** An array of strings. */
  strings(list: readonly string[]): void {
    if (list.length > 0) {
      this.long(list.length);
      for (const text of list) this.string(text);
    }
    this.branch(0);
  }

  /** A map of strings. */
  stringMap(map: Readonly<Record<string, string>>): void {
    const keys = Object.keys(map);
    if (keys.length > 0) {
      this.long(keys.length);
      for (const key of keys) {
        this.string(key);
        this.string(map[key] ?? "");
      }
    }
    this.branch(0);
  }

  /** Writes a text whose length is one byte; false, and nothing written, where it is not ASCII. */
  #shortAscii(text: string): boolean {
    const bytes = this.#bytes;
    const start = this.#at + 1;
    const { length } = text;
    for (let n = 0; n < length; n++) {
      const unit = text.charCodeAt(n);
      if (unit > 0x7f) return false;
      bytes[start + n] = unit;
    }
    bytes[start - 1] = 2 * length;
    this.#at = start + length;
    return true;
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

/** Up to this length a text is written faster here than by a call out of JavaScript. */
const SHORT = 20;
const LONG_BYTES_MAX = 10;
/** Bytes of UTF-8 that one UTF-16 unit can take. */
const UTF8_BYTES_MAX = 3;
/** Above this the buffer grows by a quarter. */
const LARGE = 16 * 1024 * 1024;
/** avsc 5.7 takes the sign from numbers below, and says that those above are not exact. */
const LONG_MIN = -(2 ** 52);
const LONG_MAX = 2 ** 53 - 2;
const LOW = 2 ** 28;

/** Bytes that a length takes. */
function longBytes(length: number): number {
  let size = 1;
  for (let rest = 2 * length; rest > 0x7f; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

/** Zigzag, then seven bits a byte, the lowest first; the position behind it. Doubling is exact, and so is one less within the limits. */
function putLong(bytes: Uint8Array, position: number, value: number): number {
  const zigzag = value < 0 ? -2 * value - 1 : 2 * value;
  let at = position;
  let rest = zigzag;
  if (zigzag >= LOW) {
    rest = Math.floor(zigzag / LOW);
    const low = zigzag - rest * LOW;
    bytes[at++] = (low & 0x7f) | 0x80;
    bytes[at++] = ((low >> 7) & 0x7f) | 0x80;
    bytes[at++] = ((low >> 14) & 0x7f) | 0x80;
    bytes[at++] = (low >> 21) | 0x80;
  }
  for (; rest > 0x7f; rest >>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
  bytes[at++] = rest;
  return at;
}
