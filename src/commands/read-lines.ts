import { createReadStream } from "node:fs";

/**
 * Above the longest line that a file endpoint writes: in base64 the largest original has 86 MiB, and all else that an event says is
 * taken from the 16 MiB that a record may have beside its bodies.
 */
const LINE_BYTES_MAX = 256 * 1024 * 1024;
const LINE_FEED = 0x0a;

/** The lines of a file, one after the other, without their ends. Rejects with a RangeError at the first one above the limit. */
export async function* readLines(
  path: string,
  lineBytesMax: number = LINE_BYTES_MAX,
): AsyncGenerator<string, void> {
  let number = 1;
  let parts: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>)
    for (let from = 0; from < chunk.length;) {
      const end = chunk.indexOf(LINE_FEED, from);
      const part = chunk.subarray(from, end === -1 ? chunk.length : end);
      parts.push(part);
      sizeBytes += part.length;
      if (sizeBytes > lineBytesMax)
        throw new RangeError(`line ${number} is longer than ${lineBytesMax} bytes`);
      if (end === -1) break;
      yield textOf(parts);
      number++;
      parts = [];
      sizeBytes = 0;
      from = end + 1;
    }
  if (sizeBytes > 0) yield textOf(parts);
}

function textOf(parts: readonly Buffer[]): string {
  const text = Buffer.concat(parts).toString();
  return text.endsWith("\r") ? text.slice(0, -1) : text;
}
