import { createWriteStream } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { once } from "node:events";
import { join } from "node:path";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it, onTestFinished } from "vitest";
import { readQuarantine } from "../../../src/forward/quarantine/read.ts";
import { nodeDisk } from "../../../src/platform/disk.ts";
import { temporaryFolder } from "../../support/disk.ts";
import { countLines } from "./count-lines.ts";
import { HOSTILE_LINES, nulBytes, smallEvent } from "./lines.ts";
import { configurationOf, RESIDENT_MIB_MAX, startMeasured, type Ended } from "./process.ts";

it.each(Object.entries(HOSTILE_LINES))(
  "a line of 64 MiB that is %s: its neighbours are delivered, it is too, and memory stays within four times the line",
  async (_, make) => {
    const folder = await temporaryFolder();
    const { code, residentMib, errors } = await runOnce(folder, make());
    expect(code, errors).toBe(0);
    const delivered = await readFile(join(folder, "events.ndjson"));
    expect(countLines(delivered)).toBe(3);
    expect(residentMib).toBeLessThanOrEqual(RESIDENT_MIB_MAX);
  },
);

it("a hole of 64 MiB in front of a line end is left out, its neighbours are delivered, and memory stays within the same", async () => {
  const folder = await temporaryFolder();
  const { code, residentMib, errors } = await runOnce(folder, nulBytes());
  expect(code, errors).toBe(0);
  const delivered = await readFile(join(folder, "events.ndjson"));
  expect(countLines(delivered)).toBe(2);
  expect(residentMib).toBeLessThanOrEqual(RESIDENT_MIB_MAX);
});

it("a line of 64 MiB for an OTLP endpoint, whose requests must be smaller, rests in quarantine within the same memory", async () => {
  const folder = await temporaryFolder();
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.setHeader("content-type", PROTOBUF).end());
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [make] = Object.values(HOSTILE_LINES);
  const line = make?.() ?? Buffer.alloc(0);
  const destination = { otlp: { endpoint, compression: "none" } };
  const { code, residentMib, errors } = await runOnce(folder, line, destination);
  expect(code, errors).toBe(0);
  const quarantine = join(folder, "data/acme/quarantine");
  const resting: string[] = [];
  for await (const { code: why, event } of readQuarantine(nodeDisk, quarantine))
    resting.push(`${why} ${event.byteLength > line.length}`);
  expect(resting).toEqual(["too-large true"]);
  expect(residentMib).toBeLessThanOrEqual(RESIDENT_MIB_MAX);
});

const PROTOBUF = "application/x-protobuf";

/** Reads the line between two small ones from a file. */
async function runOnce(folder: string, line: Buffer, destination?: object): Promise<Ended> {
  await writeLog(join(folder, "logs"), [smallEvent(1), line, smallEvent(2)]);
  const source = {
    cluster: "prod",
    kubernetesAuditFile: { include: [join(folder, "logs/*.log")] },
  };
  const configuration = configurationOf(folder, {
    source,
    ...(destination === undefined ? {} : { destination }),
  });
  return (await startMeasured(folder, { configuration, once: true })).ended;
}

async function writeLog(folder: string, lines: readonly Buffer[]): Promise<void> {
  await mkdir(folder);
  const file = createWriteStream(join(folder, "audit.log"));
  for (const line of lines) {
    file.write(line);
    file.write("\n");
  }
  file.end();
  await once(file, "close");
}
