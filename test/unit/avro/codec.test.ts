import { describe, expect, test } from "vitest";
import { compress, decompress } from "../../../src/avro/codec.ts";

const payload = new Uint8Array(1_000_000).fill(7);

describe("decompress", () => {
  test("gives back what was compressed, up to its limit", async () => {
    const data = await compress(payload, "zstandard");
    expect(data.byteLength).toBeLessThan(1_000);
    for (const bytesMax of [payload.byteLength, payload.byteLength + 1])
      expect(Buffer.compare(await decompress(data, "zstandard", bytesMax), payload)).toBe(0);
  });

  test("refuses a block that grows one byte beyond its limit", async () => {
    const data = await compress(payload, "zstandard");
    await expect(decompress(data, "zstandard", payload.byteLength - 1)).rejects.toMatchObject({
      code: "ERR_BUFFER_TOO_LARGE",
    });
  });

  test("refuses a block whose checksum is wrong", async () => {
    const data = await compress(payload, "zstandard");
    const last = data.byteLength - 1;
    data[last] = (data[last] ?? 0) ^ 1;
    await expect(decompress(data, "zstandard")).rejects.toThrow();
  });
});
