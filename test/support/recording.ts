import { gzipSync } from "node:zlib";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

/** Fields of a protobuf message by number: text, bytes, a whole number, a message; a list repeats the field. */
export interface Message {
  readonly [number: number]: Value | readonly Value[];
}
type Value = string | number | bigint | boolean | Uint8Array | Message;

/** Bytes of a message, written by nothing that reads them: what the decoder knows of the format it has to know by itself. */
export function encodeMessage(message: Message): Uint8Array {
  const writer = new BinaryWriter();
  for (const [number, values] of Object.entries(message))
    for (const value of Array.isArray(values) ? values : [values])
      write(writer, Number(number), value as Value);
  return writer.finish();
}

function write(writer: BinaryWriter, number: number, value: Value): void {
  if (typeof value === "string") writer.tag(number, WireType.LengthDelimited).string(value);
  else if (value instanceof Uint8Array) writer.tag(number, WireType.LengthDelimited).bytes(value);
  else if (typeof value === "object")
    writer.tag(number, WireType.LengthDelimited).bytes(encodeMessage(value));
  else writer.tag(number, WireType.Varint).int64(BigInt(value));
}

export const SESSION = "5f0c9b1e-3c5d-4f0a-9a55-9d6a2f2f0001";
const STARTED_AT = 1_790_000_000;

interface Common {
  readonly ei: number;
  readonly session?: string;
  readonly user?: string;
  readonly requests?: readonly string[];
}

function metadata(type: string, ei: number, code: string): Message {
  const uid = code === "" ? {} : { 3: `uid-${ei}`, 4: code };
  return {
    ...(ei === 0 ? {} : { 1: ei }),
    2: type,
    ...uid,
    5: { 1: STARTED_AT + ei, 2: 250_000_000 },
    6: "root.example",
  };
}

function blocks({ session = SESSION, user = "nora@vendor.example", requests = [] }: Common): {
  readonly user: Message;
  readonly session: Message;
  readonly server: Message;
} {
  return {
    user: { 1: user, 2: "acc", 5: requests },
    session: { 1: session },
    server: { 1: "default", 2: "server-1", 3: "node-1" },
  };
}

/** Records of a recording, each as its bytes. Events have the number that the format gives them. */
export const record = {
  start: (common: Common): Uint8Array => {
    const { user, session, server } = blocks(common);
    const event = {
      1: metadata("session.start", common.ei, "T2000I"),
      2: user,
      3: session,
      4: server,
    };
    return encodeMessage({ 5: { ...event, 5: { 2: "192.0.2.7:5000", 3: "ssh" }, 6: "80:24" } });
  },
  print: ({
    ei,
    data,
    ms = ei * 100,
  }: {
    ei: number;
    data: string | Uint8Array;
    ms?: number;
  }): Uint8Array => {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    return encodeMessage({ 7: { 1: metadata("print", ei, ""), 3: bytes, 4: bytes.length, 5: ms } });
  },
  resize: (common: Common & { readonly size: string }): Uint8Array => {
    const { user, session, server } = blocks(common);
    const event = { 1: metadata("resize", common.ei, "T2002I"), 2: user, 3: session, 5: server };
    return encodeMessage({ 9: { ...event, 6: common.size } });
  },
  command: (
    common: Common & { readonly path: string; readonly argv: readonly (string | Uint8Array)[] },
  ): Uint8Array => {
    const { user, session, server } = blocks(common);
    const event = {
      1: metadata("session.command", common.ei, "T4000I"),
      2: user,
      3: session,
      4: server,
    };
    return encodeMessage({
      11: { ...event, 5: { 1: 4_711, 3: "bash" }, 7: common.path, 8: common.argv },
    });
  },
  end: (common: Common): Uint8Array => {
    const { user, session, server } = blocks(common);
    const event = {
      1: metadata("session.end", common.ei, "T2004I"),
      2: user,
      3: session,
      5: server,
    };
    return encodeMessage({ 10: { ...event, 7: 1, 9: { 1: STARTED_AT } } });
  },
};

/** A session of `prints` pieces of output between its start and its end. */
export function aSession(prints: number, common: Omit<Common, "ei"> = {}): readonly Uint8Array[] {
  const output = Array.from({ length: prints }, (_, i) =>
    record.print({ ei: i + 1, data: `line ${i + 1}\r\n` }),
  );
  return [record.start({ ei: 0, ...common }), ...output, record.end({ ei: prints + 1, ...common })];
}

export interface PartForm {
  readonly version?: number;
  /** Bytes after the body that the header counts. */
  readonly padding?: number;
  readonly flags?: number;
  /** Zeros at the end of the body, which an old version counted as part of it. */
  readonly zeros?: number;
  /** Instead of the compressed records. */
  readonly body?: Uint8Array;
}

/** One part: a header, the compressed records, padding. */
export function aPart(records: readonly Uint8Array[], form: PartForm = {}): Buffer {
  const { version = 1, padding = 0, flags = 0, zeros = 0 } = form;
  const body = form.body ?? gzipSync(framed(records));
  const header = Buffer.alloc(version === 1 ? 24 : 32);
  header.writeBigUInt64BE(BigInt(version), 0);
  header.writeBigUInt64BE(BigInt(body.length + zeros), 8);
  header.writeBigUInt64BE(BigInt(padding), 16);
  if (version !== 1) header[24] = flags;
  return Buffer.concat([header, body, Buffer.alloc(zeros), Buffer.alloc(padding)]);
}

/** Records, each behind its length. */
export function framed(records: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    records.flatMap((bytes) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}
