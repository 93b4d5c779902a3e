import { asBuffer } from "../model/bytes.ts";
import type { RecordingBytes } from "./bytes.ts";

/**
 * The header of a part. A recording is one part after another: a header of 24 bytes (version 1) or 32 (version 2), the body, padding.
 * All numbers are unsigned, of 64 bits, most significant byte first: version, length of the body, length of the padding, and in version
 * 2 flags, whose first byte says in its lowest bit that the body is encrypted. Source: lib/events/stream.go of
 * github.com/gravitational/teleport.
 */
export interface Part {
  /** Of the header. */
  readonly offset: number;
  readonly bodyOffset: number;
  /** End of the body and of the padding by the header; the recording may end before. */
  readonly bodyEnd: number;
  readonly end: number;
  readonly isEncrypted: boolean;
}

export type HeaderReading =
  | { readonly status: "part"; readonly part: Part }
  | { readonly status: "end" }
  /** What follows cannot be read: where a part ends is not known. */
  | { readonly status: "refused"; readonly why: string }
  /** The recording ends inside the header, which has so many bytes at least. */
  | { readonly status: "cut"; readonly headerBytes: number };

const HEADER_BYTES = 24;
const FLAGS_BYTES = 8;
const ENCRYPTED = 1;
/** Begins every file of the encryption that Teleport uses. */
const AGE = Buffer.from("age-encryption.org/v1");

/** Reads the header at this offset. */
export async function readHeader(
  recording: RecordingBytes,
  offset: number,
): Promise<HeaderReading> {
  if (offset >= recording.sizeBytes) return { status: "end" };
  const head = asBuffer(await recording.read(offset, HEADER_BYTES + FLAGS_BYTES + AGE.length));
  if (head.length < 8) return { status: "cut", headerBytes: HEADER_BYTES };
  const version = head.readBigUInt64BE(0);
  if (version !== 1n && version !== 2n) return { status: "refused", why: refusal(head, version) };
  const bodyAt = version === 1n ? HEADER_BYTES : HEADER_BYTES + FLAGS_BYTES;
  if (head.length < bodyAt) return { status: "cut", headerBytes: bodyAt };
  const sizes = [head.readBigUInt64BE(8), head.readBigUInt64BE(16)] as const;
  const end = BigInt(offset + bodyAt) + sizes[0] + sizes[1];
  if (end > Number.MAX_SAFE_INTEGER)
    return { status: "refused", why: `its header states ${sizes[0]} and ${sizes[1]} bytes` };
  const bodyOffset = offset + bodyAt;
  const hasFlag = version === 2n && ((head[HEADER_BYTES] ?? 0) & ENCRYPTED) !== 0;
  const isAge = sizes[0] >= BigInt(AGE.length) && head.indexOf(AGE, bodyAt) === bodyAt;
  return {
    status: "part",
    part: {
      offset,
      bodyOffset,
      bodyEnd: bodyOffset + Number(sizes[0]),
      end: Number(end),
      isEncrypted: hasFlag || isAge,
    },
  };
}

/** Versions are small numbers; anything else is another format, such as the tar files of Teleport before 4.4. */
function refusal(head: Buffer, version: bigint): string {
  return version > 2n && version < 256n
    ? `its format version is ${version}: 1 and 2 are known`
    : `it begins with ${JSON.stringify(head.subarray(0, 8).toString("latin1"))}, which is no format version`;
}
