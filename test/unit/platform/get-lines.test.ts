import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { getLines } from "../../../src/platform/http/get-lines.ts";

async function get(status: number, text: string, bytesMax = 1_000_000): Promise<readonly string[]> {
  const server = createServer((_, response) => response.writeHead(status).end(text));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const lines: string[] = [];
  const options = { bearerToken: null, tls: null, timeoutMs: 5_000, bytesMax };
  const { signal } = new AbortController();
  const { dateMs } = await getLines(
    { url: `http://127.0.0.1:${port}/`, ...options, signal },
    (line) => lines.push(line),
  );
  expect(dateMs).toBeGreaterThan(0);
  return lines;
}

describe("getting lines", () => {
  it("gives every line, also the last one without a line end", async () => {
    expect(await get(200, "a\n\nb")).toEqual(["a", "", "b"]);
  });

  it.each([
    ["below", 65_535, true],
    ["at", 65_536, true],
    ["above", 65_537, false],
    ["far above", 300_000, false],
  ])(
    "leaves out a line that is %s its limit only where it is longer",
    async (_, length, isGiven) => {
      const line = "x".repeat(length);
      const given = isGiven ? [line] : [];
      expect(await get(200, `a\n${line}\nb\n${line}`)).toEqual(["a", ...given, "b", ...given]);
    },
  );

  it("rejects every status but 200", async () => {
    for (const status of [204, 301, 403, 500])
      await expect(get(status, "a")).rejects.toThrow(`answers ${status}`);
  });

  it.each([
    ["below", 9, true],
    ["at", 10, true],
    ["above", 11, false],
  ])("takes a text %s its limit as it should", async (_, sizeBytes, isTaken) => {
    const got = get(200, "x".repeat(sizeBytes), 10);
    if (isTaken) expect(await got).toHaveLength(1);
    else await expect(got).rejects.toThrow("more than 10 bytes");
  });
});
