import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Configuration } from "../config/configuration.ts";
import { HOME, organizationHome } from "../config/home.ts";
import { loadConfiguration } from "../config/load.ts";
import { createLedger } from "../correlate/ledger/ledger.ts";
import { listGrants, type GrantSummary } from "../correlate/list-grants.ts";
import { createOperationalLog } from "../operate/log.ts";
import { createMeter, type ReadableMeter } from "../operate/meter.ts";
import { createShutdown } from "../operate/shutdown.ts";
import { systemClock } from "../platform/clock.ts";
import { openDatabase } from "../platform/database.ts";
import { packageFile } from "../platform/package-file.ts";
import { readFindings } from "../quickstart/findings.ts";
import { startOtlpReceiver } from "../quickstart/otlp-receiver.ts";
import { reportLines } from "../quickstart/report.ts";
import { start } from "../run/start.ts";

/** `chaperone quickstart`: the whole line over the data that comes with the package, delivered to a receiver in this process. */
export async function quickstartCommand(options: { readonly json: boolean }): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "chaperone-quickstart-"));
  const receiver = await startOtlpReceiver();
  const say = options.json ? () => undefined : (line: string) => console.log(line);
  try {
    const file = fileURLToPath(packageFile("config/quickstart.yaml"));
    const configuration = loadConfiguration(file, {
      CHAPERONE_QUICKSTART_DIR: folder,
      CHAPERONE_QUICKSTART_OTLP: receiver.endpoint,
    });
    say("Reading ten minutes of a real Kubernetes behind a real Teleport …");
    const meter = createMeter();
    const startedAt = performance.now();
    const isSettled = await runOnceQuietly(configuration, meter);
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    for (const line of await progressLines(configuration, meter, receiver.logRecords)) say(line);
    say(`Everything is read, tied, durable and delivered after ${seconds} s.`);
    const grants = grantsOf(configuration);
    const findings = await readFindings(join(folder, "events.ndjson"));
    const files = filesIn(folder, file);
    if (options.json)
      console.log(
        JSON.stringify({ isSettled, grants, findings, files: Object.fromEntries(files) }),
      );
    else {
      const commands = lookFurther(folder, file);
      console.log(reportLines({ grants, findings, files, commands }).join("\n"));
    }
    return isSettled ? 0 : 1;
  } finally {
    await receiver.close();
  }
}

async function runOnceQuietly(
  configuration: Configuration,
  meter: ReadableMeter,
): Promise<boolean> {
  const operational = createOperationalLog({ level: "warn", otlp: null });
  const { log } = operational;
  const shutdown = createShutdown(log);
  try {
    const end = await start(configuration, { isOnce: true, log, meter, shutdown });
    return end.unread.length + end.unsettled.length === 0 && !end.isStopped;
  } finally {
    shutdown.done();
    await operational.close();
  }
}

async function progressLines(
  configuration: Configuration,
  meter: ReadableMeter,
  logRecords: number,
): Promise<readonly string[]> {
  const { organization } = configuration;
  const lines: string[] = [];
  for (const { name } of configuration.sources) {
    const read = await meter.value("chaperone_records_read_total", { source: name });
    lines.push(`  collected   ${count(read)} records of source ${name}`);
  }
  const journaled = await meter.value("chaperone_events_journaled_total", { organization });
  const own = await meter.value("chaperone_own_events_total", { organization });
  return [
    ...lines,
    `  journaled   ${count(journaled)} events, ${count(own)} of them our own: findings, revisions, seals`,
    `  delivered   ${count(logRecords)} vendor events to the OTLP receiver, ${count(journaled)} events to a file`,
  ];
}

function count(value: number): string {
  return value.toLocaleString("en").padStart(5);
}

function grantsOf(configuration: Configuration): readonly GrantSummary[] {
  const { policy } = configuration;
  const database = openDatabase(join(organizationHome(configuration), HOME.ledger));
  try {
    return listGrants(createLedger(database), { policy, now: systemClock.now() });
  } finally {
    database.close();
  }
}

function filesIn(folder: string, configuration: string): readonly (readonly [string, string])[] {
  return [
    ["events, as NDJSON", join(folder, "events.ndjson")],
    ["sessions, archived", join(folder, "archive")],
    ["journal and ledger", join(folder, "data")],
    ["its configuration", configuration],
  ];
}

/** A line of the data that tells a story: an operator goes on after the two minutes of the grant are over. */
const LINE_TO_EXPLAIN = 3687;

/** The grant of that operator. */
const GRANT_TO_READ = "051d7059";

/** The configuration names two variables, which have to be there again; nothing listens at the second any more. */
function lookFurther(folder: string, configuration: string): readonly string[] {
  const log = join(dirname(configuration), "quickstart", "k8s-audit.log");
  const config = `--config ${quoted(configuration)}`;
  return [
    `export CHAPERONE_QUICKSTART_DIR=${quoted(folder)} CHAPERONE_QUICKSTART_OTLP=http://127.0.0.1:4318`,
    `npx chaperone grants ${config}`,
    `npx chaperone dossier ${config} ${GRANT_TO_READ}`,
    `npx chaperone residue ${config}`,
    `npx chaperone explain ${config} --line ${LINE_TO_EXPLAIN} ${quoted(log)}`,
    `npx chaperone journal inspect ${config}`,
  ];
}

/** A path as a shell takes it for one word. */
function quoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
