/**
 * Standard input to its end, up to a limit. As a stream: where it is a socket, or a pipe that does not block, reading it in place fails
 * while nothing has come. Rejects with a RangeError above the limit.
 */
export async function readInput(bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > bytesMax)
      throw new RangeError(`standard input is larger than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
