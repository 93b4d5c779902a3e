import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** Above it are numbers that Teleport gives to what it notes of a session outside of the session's own order. */
const INDEX_MAX = 2 ** 31 - 3;

/**
 * The index of a record's event in its session (`ei`), without decoding the rest; null where there is none to be found, and where it
 * says nothing of the order.
 */
export function peekIndex(record: Uint8Array): number | null {
  try {
    const event = lastMessage(record, () => true);
    const metadata = event === null ? null : lastMessage(event, (number) => number === 1);
    const index = metadata === null ? -1 : indexIn(metadata);
    return index < 0 || index > INDEX_MAX ? null : index;
  } catch {
    return null;
  }
}

/** The last field of a message that is a message itself and of a wanted number. */
function lastMessage(bytes: Uint8Array, isWanted: (number: number) => boolean): Uint8Array | null {
  const reader = new BinaryReader(bytes);
  let last: Uint8Array | null = null;
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (type === WireType.LengthDelimited && isWanted(number)) last = reader.bytes();
    else reader.skip(type, number);
  }
  return last;
}

function indexIn(metadata: Uint8Array): number {
  const reader = new BinaryReader(metadata);
  let index = 0;
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (number === 1 && type === WireType.Varint) index = Number(reader.int64());
    else reader.skip(type, number);
  }
  return index;
}
