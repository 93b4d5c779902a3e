import { isEnvelope } from "./envelope.ts";

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const BLANK = new Set([0x20, 0x09, 0x0a, 0x0d]);

const KEY = Buffer.from("items");
const HEAD_BYTES = 4_096;

/** A record cut out of a body. */
export interface CutRecord {
  readonly bytes: Uint8Array;
  /** Of its first byte in the body. */
  readonly offset: number;
}

export interface ListItems {
  /** The records that are whole with this chunk, which must stay as it is. */
  push(chunk: Uint8Array): readonly CutRecord[];
  /** What is left when the body is over: a record for everything that was not whole. */
  end(): readonly CutRecord[];
  /** Everything before this offset of the body stands in a record that was returned, or between two. */
  readonly cutTo: number;
}

/** Where the body is: between two documents; in one; in one behind its list of items; between two items; in an item. */
type Place = "between" | "document" | "envelope" | "items" | "item";

/**
 * Cuts the items out of an audit webhook's body, an EventList
 * (https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/#audit-k8s-io-v1-EventList), as its bytes arrive: what is
 * kept is the item that is under way, never the body. It looks at quotes and brackets alone, so that an item that is no event, or no
 * JSON, is a record like its neighbours, for the normalizer to refuse; so is a bracket that closes nothing. A document without a list of
 * items is one record, and so is what stands around a list and is no sound rest of its document. An object behind a list that is no
 * key's value is an item: the list was closed too early.
 */
export function createListItems(): ListItems {
  let place: Place = "between";
  let depth = 0;
  let isInString = false;
  let isEscaped = false;
  /** Whether what is under way begins with a bracket, and so ends with one. */
  let isBracketed = false;
  /** Bytes of `items` that the string under way begins with; -1 where it cannot be that key any more. */
  let matched = -1;
  let isKey = false;
  let isValueOfKey = false;
  let isValue = false;
  let pieces: Uint8Array[] = [];
  /** Of the record under way, in the body. */
  let offset = 0;
  /** Of the chunk, in the body. */
  let base = 0;
  let head: CutRecord = { bytes: new Uint8Array(), offset: 0 };

  function begin(at: number, byte: number): void {
    offset = base + at;
    pieces = [];
    depth = 0;
    isBracketed = byte === OPEN_OBJECT || byte === OPEN_LIST;
    isKey = isValueOfKey = isValue = false;
  }

  function take(rest: Uint8Array): CutRecord {
    const bytes = pieces.length === 0 ? rest : Buffer.concat([...pieces, rest]);
    pieces = [];
    return { bytes, offset };
  }

  /** Of a string outside of an item: whether it is the key. */
  function readString(byte: number): void {
    if (isEscaped) isEscaped = false;
    else if (byte === BACKSLASH) {
      isEscaped = true;
      matched = -1;
    } else if (byte === QUOTE) {
      isInString = false;
      isKey = matched === KEY.length;
    } else if (matched >= 0) matched = KEY[matched] === byte ? matched + 1 : -1;
  }

  /** A byte of a document outside of strings and items. What begins behind it, or with it: the list of items, or an item behind it. */
  function readDocument(byte: number): "items" | "item" | null {
    const wasValueOfKey = isValueOfKey;
    if (isBlank(byte)) return null;
    const [wasKey, wasValue] = [isKey, isValue];
    isKey = isValueOfKey = false;
    isValue = byte === COLON;
    if (byte === QUOTE) {
      isInString = true;
      matched = depth === 1 ? 0 : -1;
    } else if (byte === COLON) isValueOfKey = wasKey;
    else if (byte === OPEN_LIST && wasValueOfKey && depth === 1) return "items";
    else if (byte === OPEN_OBJECT && !wasValue && depth === 1 && place === "envelope")
      return "item";
    else if (byte === OPEN_OBJECT || byte === OPEN_LIST) depth++;
    else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) depth--;
    return null;
  }

  /** What a document has up to its list, or behind one, if it has to be kept. */
  function readEnvelope(rest: Uint8Array, begins: "items" | "item" | null): readonly CutRecord[] {
    const record = take(rest);
    const [isBehindList, isBeforeList] = [place === "envelope", begins === "items"];
    if (isBeforeList && !isBehindList) head = headOf(record);
    const isWhole = !isBehindList && !isBeforeList;
    if (isWhole) return [record];
    return isEnvelope({ bytes: record.bytes, isBehindList, isBeforeList }) ? [] : [record];
  }

  /** After the last byte of the item that goes on here; -1 where it is not over with the chunk. */
  function itemEnd(chunk: Uint8Array, from: number): number {
    let nesting = depth;
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte === QUOTE) {
        const end = stringEnd(chunk, at + 1);
        if (end < 0) {
          isInString = true;
          break;
        }
        at = end - 1;
      } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) nesting++;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        // The bracket or comma behind a bare word belongs to the list.
        if (nesting <= 0) return at;
        nesting--;
        if (nesting === 0 && isBracketed) return at + 1;
      } else if (byte === COMMA && nesting <= 0) return at;
    }
    depth = nesting;
    return -1;
  }

  /** After the quote that ends the string that goes on here; -1 where the chunk ends before. */
  function stringEnd(chunk: Uint8Array, from: number): number {
    for (let at = isEscaped ? from + 1 : from; ;) {
      const quote = chunk.indexOf(QUOTE, at);
      const end = quote < 0 ? chunk.length : quote;
      let before = end;
      while (before > at && chunk[before - 1] === BACKSLASH) before--;
      isEscaped = (end - before) % 2 === 1;
      if (quote < 0) return -1;
      if (!isEscaped) return quote + 1;
      isEscaped = false;
      at = quote + 1;
    }
  }

  function push(chunk: Uint8Array): readonly CutRecord[] {
    const cut: CutRecord[] = [];
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      if (place === "item") {
        if (isInString) {
          const end = stringEnd(chunk, at);
          isInString = end < 0;
          at = isInString ? chunk.length : end;
        }
        const end = itemEnd(chunk, at);
        if (end < 0) break;
        cut.push(take(chunk.subarray(from, end)));
        place = "items";
        at = end - 1;
        continue;
      }
      const byte = chunk[at] ?? 0;
      if (isInString) {
        readString(byte);
      } else if (place === "items") {
        if (isBlank(byte) || byte === COMMA) continue;
        begin(at, byte);
        from = at;
        if (byte === CLOSE_LIST) {
          place = "envelope";
          depth = 1;
          isBracketed = true;
          continue;
        }
        if (byte === CLOSE_OBJECT) {
          // It closes nothing: whatever stands around it, its neighbours are whole.
          cut.push(take(chunk.subarray(at, at + 1)));
          continue;
        }
        place = "item";
        at--;
      } else {
        if (place === "between") {
          if (isBlank(byte)) continue;
          begin(at, byte);
          from = at;
          place = "document";
        }
        const begins = readDocument(byte);
        if (begins === null && !(isBracketed && depth <= 0)) continue;
        if (begins === "item") at--;
        cut.push(...readEnvelope(chunk.subarray(from, at + 1), begins));
        place = begins === null ? "between" : "items";
      }
    }
    if (place !== "between" && place !== "items") pieces.push(chunk.subarray(from));
    base += chunk.length;
    return cut;
  }

  return {
    push,
    end: () => {
      if (place === "between") return [];
      const rest = take(new Uint8Array());
      // A list that is only cut off or left open has nothing more to say of itself than its head.
      const isHead = place === "items" || (place === "envelope" && rest.bytes.every(isClosing));
      place = "between";
      isInString = false;
      return [isHead ? head : rest];
    },
    get cutTo() {
      return place === "between" || place === "items" ? base : offset;
    },
  };
}

function isBlank(byte: number): boolean {
  return BLANK.has(byte);
}

function isClosing(byte: number): boolean {
  return byte === CLOSE_LIST || isBlank(byte);
}

function headOf({ bytes, offset }: CutRecord): CutRecord {
  return { bytes: bytes.slice(0, HEAD_BYTES), offset };
}
