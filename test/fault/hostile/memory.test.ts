import { createWriteStream } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { once } from "node:events";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { countLines } from "./count-lines.ts";
import { HOSTILE_LINES, smallEvent } from "./lines.ts";
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

/** Reads the line between two small ones from a file. */
async function runOnce(folder: string, line: Buffer): Promise<Ended> {
  await writeLog(join(folder, "logs"), [smallEvent(1), line, smallEvent(2)]);
  const source = {
    cluster: "prod",
    kubernetesAuditFile: { include: [join(folder, "logs/*.log")] },
  };
  const configuration = configurationOf(folder, { source });
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
