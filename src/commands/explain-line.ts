import { createReadStream } from "node:fs";
import { ChaperoneError } from "../model/error.ts";

const LINE_BYTES_MAX = 64 * 1024 * 1024;
const LINE_END = 0x0a;

/** The bytes of one line of a file (`-`: standard input), without its end. `line` counts from 1. */
export async function readLine(file: string, line: string): Promise<Uint8Array> {
  const wanted = /^[1-9]\d{0,14}$/.test(line) ? Number(line) : null;
  if (wanted === null)
    throw new ChaperoneError("USAGE", `Cannot explain line "${line}": it is no line number`);
  const input = file === "-" ? process.stdin : createReadStream(file);
  try {
    const found = await findLine(input as AsyncIterable<Uint8Array>, wanted);
    if (found !== null) return found;
  } catch (error) {
    if (error instanceof ChaperoneError) throw error;
    throw new ChaperoneError("SOURCE_UNREADABLE", `Cannot read "${file}"`, { cause: error });
  } finally {
    input.destroy();
  }
  const what = file === "-" ? "standard input" : `"${file}"`;
  throw new ChaperoneError("USAGE", `Cannot explain line ${wanted}: ${what} ends before it`);
}

async function findLine(
  input: AsyncIterable<Uint8Array>,
  wanted: number,
): Promise<Uint8Array | null> {
  let at = 1;
  let sizeBytes = 0;
  const parts: Uint8Array[] = [];
  for await (const chunk of input) {
    let rest = chunk;
    while (rest.length > 0) {
      const end = rest.indexOf(LINE_END);
      const part = end === -1 ? rest : rest.subarray(0, end);
      if (at === wanted) {
        parts.push(part);
        sizeBytes += part.length;
        if (sizeBytes > LINE_BYTES_MAX)
          throw new ChaperoneError(
            "SOURCE_UNREADABLE",
            `Cannot explain line ${wanted}: it is longer than ${LINE_BYTES_MAX} bytes`,
          );
        if (end !== -1) return withoutReturn(Buffer.concat(parts));
      }
      if (end === -1) break;
      at++;
      rest = rest.subarray(end + 1);
    }
  }
  return at === wanted && sizeBytes > 0 ? withoutReturn(Buffer.concat(parts)) : null;
}

function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
}
