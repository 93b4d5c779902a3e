import { openSync, readSync } from "node:fs";

/** The yardstick: reads the file named by its argument in chunks, splits it and parses every line with JSON.parse. */
const CHUNK_BYTES = 1024 * 1024;
const file = openSync(process.argv[2] ?? "", "r");
let rest: Buffer = Buffer.alloc(0);
let lines = 0;
for (;;) {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  const length = readSync(file, chunk);
  if (length === 0) break;
  const bytes =
    rest.length === 0
      ? chunk.subarray(0, length)
      : Buffer.concat([rest, chunk.subarray(0, length)]);
  let start = 0;
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    JSON.parse(bytes.toString("utf8", start, end));
    lines++;
    start = end + 1;
  }
  rest = bytes.subarray(start);
}
console.log(lines);
