import type { BlockPlace } from "../../avro/container-walk.ts";
import type { EntryDecoder } from "../../avro/journal-entry.ts";
import { asBuffer } from "../../model/bytes.ts";
import { storedEntry } from "./entry.ts";
import type { LocalEntry } from "./entry.ts";

/** A block and the sequence of its first entry. */
export interface IndexedBlock {
  readonly place: BlockPlace;
  readonly first: number;
}

export function lastOf(block: IndexedBlock): number {
  return block.first + block.place.count - 1;
}

/** The entries of a block. Throws a RangeError unless `count` entries with consecutive sequences consume the payload exactly. */
export function decodeBlock(
  payload: Uint8Array,
  count: number,
  decoder: EntryDecoder,
): readonly LocalEntry[] {
  const bytes = asBuffer(payload);
  const entries: LocalEntry[] = [];
  const streams = new Map<string, readonly string[]>();
  let at = 0;
  while (entries.length < count) {
    const head = decoder.head(bytes, at);
    const expected = (entries[0]?.sequence ?? head.sequence) + entries.length;
    if (head.sequence !== expected)
      throw new RangeError(`entry ${head.sequence} stands where ${expected} belongs`);
    entries.push(storedEntry({ ...head, streams: shared(head.streams, streams) }, bytes, decoder));
    at = head.end;
  }
  if (at !== bytes.byteLength)
    throw new RangeError(`${bytes.byteLength - at} bytes follow its ${count} entries`);
  return entries;
}

/** The same few lists come with every entry: one array each. */
function shared(list: readonly string[], known: Map<string, readonly string[]>): readonly string[] {
  const key = list.join("\n");
  const first = known.get(key);
  if (first !== undefined) return first;
  known.set(key, list);
  return list;
}
