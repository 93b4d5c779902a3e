import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { SourceConfiguration } from "../model/source.ts";
import { ChaperoneError } from "../model/error.ts";
import { sourceOf } from "../collect/collectors.ts";
import { WHOLE_FILES } from "./explain-dialects.ts";
import { dialectOf } from "./explain-source.ts";

export const FILE_BYTES_MAX: number = 16 * 1024 * 1024;
/** Of a file, to see what it is. */
const PEEK_BYTES = 64 * 1024;

/** Whether the record to be explained is a whole file and not a line of it: by what was said of it, else by its beginning. */
export async function isWholeFile(
  options: { readonly file: string; readonly source?: string; readonly dialect?: string },
  configured: readonly SourceConfiguration[],
): Promise<boolean> {
  const named = configured.find(({ name }) => name === options.source);
  if (named !== undefined)
    return named.options.kind !== "unbuilt" && WHOLE_FILES.includes(sourceOf(named).dialect);
  if (options.dialect !== undefined || options.source !== undefined)
    return WHOLE_FILES.some((dialect) => dialect === options.dialect);
  if (options.file === "-") return false;
  const beginning = await peek(options.file).catch(() => null);
  return beginning !== null && WHOLE_FILES.includes(dialectOf(beginning));
}

async function peek(path: string): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(PEEK_BYTES), 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** All bytes of a file (`-`: standard input). */
export async function readWhole(file: string): Promise<Uint8Array> {
  const input = file === "-" ? process.stdin : createReadStream(file);
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of input as AsyncIterable<Uint8Array>) {
      parts.push(chunk);
      sizeBytes += chunk.length;
      if (sizeBytes > FILE_BYTES_MAX)
        throw new RangeError(`it is longer than ${FILE_BYTES_MAX} bytes`);
    }
  } catch (error) {
    throw new ChaperoneError("SOURCE_UNREADABLE", `Cannot read "${file}"`, { cause: error });
  } finally {
    input.destroy();
  }
  return Buffer.concat(parts);
}
