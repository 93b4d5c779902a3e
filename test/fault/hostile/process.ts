import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { unitEnvironment } from "../../support/systemd-unit.ts";

const MAIN = new URL("../../../src/main.ts", import.meta.url).pathname;
const ERRORS_LENGTH_MAX = 1024 * 1024;
/** Two hundred at rest, and four times the line while one above 4 MiB is in work. */
export const RESIDENT_MIB_MAX: number = 200 + 4 * 64;

/** Tells on standard error what the process took at most, in MiB, when it ends. */
const TELL_MEMORY = `data:text/javascript,${encodeURIComponent(
  'process.on("exit", () => process.stderr.write(`resident ${Math.ceil(process.resourceUsage().maxRSS / 1024)}\\n`));',
)}`;

export interface Ended {
  readonly code: number | null;
  readonly residentMib: number;
  readonly errors: string;
}

export interface MeasuredProcess {
  /** As SIGTERM does it. */
  stop(): void;
  readonly ended: Promise<Ended>;
}

/** Starts Chaperone in a process of its own, with this configuration and the environment that it is installed with. */
export async function startMeasured(
  folder: string,
  { configuration, once: isOnce }: { readonly configuration: object; readonly once: boolean },
): Promise<MeasuredProcess> {
  const file = join(folder, "chaperone.yaml");
  await writeFile(file, JSON.stringify(configuration));
  const options = ["--no-warnings", "--import", TELL_MEMORY];
  const command = ["run", ...(isOnce ? ["--once"] : []), "--config", file];
  const child = spawn(process.execPath, [...options, MAIN, ...command], {
    env: { ...process.env, ...unitEnvironment },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on(
    "data",
    (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-ERRORS_LENGTH_MAX)),
  );
  const ended = once(child, "close").then(([code]) => ({
    code: code as number | null,
    residentMib: Number(/^resident (\d+)$/m.exec(errors)?.[1]),
    errors,
  }));
  return { stop: () => void child.kill("SIGTERM"), ended };
}

/** One source whose stream goes to one destination: the file `events.ndjson` unless another is given. */
export function configurationOf(
  folder: string,
  {
    source,
    stream = "logs-audit-kube-api",
    destination = { file: { path: join(folder, "events.ndjson") } },
  }: { readonly source: object; readonly stream?: string; readonly destination?: object },
): object {
  return {
    organization: "acme",
    dataDir: join(folder, "data"),
    sources: [{ name: "audit", ...source }],
    relay: {
      endpoints: [{ ref: { slug: "local" }, spec: { displayName: "Destination", ...destination } }],
      pipelines: [
        {
          ref: { slug: "all" },
          spec: { source: { slug: stream }, destination: { slug: "local" } },
        },
      ],
    },
    health: { listen: "off" },
  };
}
