import { createWriteStream } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { HOSTILE_LINES, smallEvent } from "./lines.ts";

const MAIN = new URL("../../../src/main.ts", import.meta.url).pathname;
const MIB = 1024 * 1024;
/** Two hundred at rest, and four times the line while one above 4 MiB is in work. */
const RESIDENT_MIB_MAX = 200 + 4 * 64;

/** Tells on standard error what the process took at most, in MiB, when it ends. */
const TELL_MEMORY = `data:text/javascript,${encodeURIComponent(
  'process.on("exit", () => process.stderr.write(`resident ${Math.ceil(process.resourceUsage().maxRSS / 1024)}\\n`));',
)}`;

it.each(Object.entries(HOSTILE_LINES))(
  "a line of 64 MiB that is %s: its neighbours are delivered, it is too, and memory stays within four times the line",
  async (_, make) => {
    const folder = await temporaryFolder();
    await writeLog(join(folder, "logs"), [smallEvent(1), make(), smallEvent(2)]);
    await writeFile(join(folder, "chaperone.yaml"), JSON.stringify(configuration(folder)));
    const { code, residentMib, errors } = await runOnce(join(folder, "chaperone.yaml"));
    expect(code, errors).toBe(0);
    const delivered = await readFile(join(folder, "events.ndjson"));
    expect(countLines(delivered)).toBe(3);
    expect(residentMib).toBeLessThanOrEqual(RESIDENT_MIB_MAX);
  },
);

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

function configuration(folder: string): object {
  return {
    organization: "acme",
    dataDir: join(folder, "data"),
    sources: [
      {
        name: "audit",
        cluster: "prod",
        kubernetesAuditFile: { include: [join(folder, "logs/*.log")] },
      },
    ],
    relay: {
      endpoints: [
        {
          ref: { slug: "local" },
          spec: { displayName: "File", file: { path: join(folder, "events.ndjson") } },
        },
      ],
      pipelines: [
        {
          ref: { slug: "all" },
          spec: { source: { slug: "logs-audit-kube-api" }, destination: { slug: "local" } },
        },
      ],
    },
    health: { listen: "off" },
  };
}

async function runOnce(configuration: string): Promise<{
  readonly code: number | null;
  readonly residentMib: number;
  readonly errors: string;
}> {
  const options = ["--no-warnings", "--max-semi-space-size=8", "--import", TELL_MEMORY];
  const child = spawn(
    process.execPath,
    [...options, MAIN, "run", "--once", "--config", configuration],
    {
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-MIB)));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, residentMib: Number(/^resident (\d+)$/m.exec(errors)?.[1]), errors };
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count++;
  return count;
}
