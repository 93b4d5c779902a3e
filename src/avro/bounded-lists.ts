import avro from "avsc";

/**
 * Arrays and maps that take no count at its word. avsc goes through as many items as a block states, also where the bytes ended long
 * before: a few damaged bytes that state 2^40 items hold it for hours, or take all memory. Here an item takes at least a byte, and a count
 * beyond the bytes that are left is a RangeError.
 *
 * `_read` and `_skip` are how avsc's own types read and pass over a value (avsc 5.7, `lib/types.js`); a resolver takes them from its
 * reader's type, and calls them on itself.
 */
export function boundedList(schema: unknown, opts: avro.ForSchemaOptions): avro.Type | undefined {
  const kind = typeof schema === "object" && schema !== null && "type" in schema && schema.type;
  if (kind === "array") return new BoundedArray(schema as avro.Schema, opts);
  if (kind === "map") return new BoundedMap(schema as avro.Schema, opts);
  return undefined;
}

/** A place in the bytes; reads and skips beyond their end move on all the same, and give nothing. */
interface Tap {
  readonly buf: Uint8Array;
  pos: number;
  readLong(): number;
  readString(): string;
  skipString(): void;
}

interface Readable {
  _read(tap: Tap): unknown;
  _skip(tap: Tap): void;
}

class BoundedArray extends avro.types.ArrayType {
  _read(tap: Tap): unknown[] {
    const items = this.itemsType as unknown as Readable;
    const list: unknown[] = [];
    for (let left = countAt(tap); left > 0; left = countAt(tap)) {
      for (; left > 0; left--) {
        const start = tap.pos;
        list.push(items._read(tap));
        if (tap.pos === start) throw withoutBytes();
      }
    }
    return list;
  }

  _skip(tap: Tap): void {
    const items = this.itemsType as unknown as Readable;
    for (let left = countToSkip(tap); left > 0; left = countToSkip(tap)) {
      for (; left > 0; left--) {
        const start = tap.pos;
        items._skip(tap);
        if (tap.pos === start) throw withoutBytes();
      }
    }
  }
}

class BoundedMap extends avro.types.MapType {
  _read(tap: Tap): Record<string, unknown> {
    const values = this.valuesType as unknown as Readable;
    const map: Record<string, unknown> = {};
    for (let left = countAt(tap); left > 0; left = countAt(tap)) {
      for (; left > 0; left--) {
        const key = tap.readString();
        map[key] = values._read(tap);
      }
    }
    return map;
  }

  _skip(tap: Tap): void {
    const values = this.valuesType as unknown as Readable;
    for (let left = countToSkip(tap); left > 0; left = countToSkip(tap)) {
      for (; left > 0; left--) {
        tap.skipString();
        values._skip(tap);
      }
    }
  }
}

/** Items that follow; 0 behind the last ones. A negative count is followed by the size of the items in bytes. */
function countAt(tap: Tap): number {
  const count = tap.readLong();
  if (count >= 0) return within(tap, count, "items");
  tap.readLong();
  return within(tap, -count, "items");
}

/** The same, behind the items that say how many bytes they take. */
function countToSkip(tap: Tap): number {
  let count = tap.readLong();
  while (count < 0) {
    within(tap, -count, "items");
    const sizeBytes = tap.readLong();
    if (sizeBytes < 0) throw new RangeError(`a list states a size of ${sizeBytes} bytes`);
    tap.pos += within(tap, sizeBytes, "bytes");
    count = tap.readLong();
  }
  return within(tap, count, "items");
}

function within(tap: Tap, count: number, what: "items" | "bytes"): number {
  // Not `>`: what is no number is more than anything.
  if (count === 0 || count <= tap.buf.length - tap.pos) return count;
  throw new RangeError(`a list states ${count} ${what}, more than its bytes can hold`);
}

function withoutBytes(): RangeError {
  return new RangeError("an item of a list takes no bytes");
}
