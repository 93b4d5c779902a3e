import { join } from "node:path";
import type { Configuration } from "../config/configuration.ts";
import { HOME, organizationHome } from "../config/home.ts";
import { loadConfiguration } from "../config/load.ts";
import { toJsonLine } from "../forward/encode/json.ts";
import { quarantinedPipelines } from "../forward/quarantine/files.ts";
import { readQuarantine } from "../forward/quarantine/read.ts";
import { eventReader } from "../forward/quarantine/resting-event.ts";
import { ChaperoneError } from "../model/error.ts";
import type { QuarantinedEvent } from "../model/generated/quarantined-event.ts";
import { formatTime } from "../model/time.ts";
import { nodeDisk } from "../platform/disk.ts";
import { EXIT } from "./exit-code.ts";
import { printable, printed, printJson, printLines, printTable } from "./output.ts";

interface QuarantineOptions {
  readonly config: string;
  readonly json: boolean;
  readonly pipeline?: string;
}

/** `chaperone quarantine ls`: what rests, oldest first. With `--json` one object a line, so that no number of them is too many. */
export async function quarantineListCommand(
  options: QuarantineOptions & { readonly cause?: string },
): Promise<number> {
  const { pipeline, cause } = options;
  const resting = readResting(options, {
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(cause === undefined ? {} : { cause }),
  });
  if (options.json) {
    for await (const each of resting) {
      printJson(restForm(each));
      await printed();
    }
    return EXIT.ok;
  }
  const rows: string[][] = [];
  let isAny = false;
  for await (const each of resting) {
    isAny = true;
    rows.push([formatTime(each.at), each.pipeline, each.code, each.eventId, each.cause]);
    if (rows.length >= ROWS_MAX) flush(rows);
  }
  if (rows.length > 0) flush(rows);
  if (!isAny) printLines(["Nothing rests in quarantine."]);
  return EXIT.ok;
}

/** Rows of one table; a longer list is printed as several. */
const ROWS_MAX = 1_000;

function flush(rows: string[][]): void {
  printTable(["since", "pipeline", "code", "event", "cause"], rows.splice(0));
}

/** `chaperone quarantine show`: why one event rests, pipeline by pipeline, and the event itself. */
export async function quarantineShowCommand(
  options: QuarantineOptions & { readonly id: string },
): Promise<number> {
  const { id, pipeline } = options;
  const filter = { eventId: id, ...(pipeline === undefined ? {} : { pipeline }) };
  const rests: QuarantinedEvent[] = [];
  for await (const each of readResting(options, filter)) rests.push(each);
  const [first] = rests;
  if (first === undefined)
    throw new ChaperoneError("USAGE", `Cannot show event "${id}": it does not rest in quarantine`, {
      hint: "chaperone quarantine ls lists what does.",
    });
  const event = toJsonLine(eventReader(first)()).trim();
  if (options.json) {
    printJson({ rests: rests.map(restForm), event: JSON.parse(event) as unknown });
    return EXIT.ok;
  }
  printLines([
    ...rests.flatMap((each) => [
      `${each.pipeline}: ${each.code} since ${formatTime(each.at)}, journal entry ${each.journalSequence}`,
      `  ${printable(each.cause)}`,
      ...(each.requestId === null ? [] : [`  one of the suspects of request ${each.requestId}`]),
    ]),
    "",
    ...JSON.stringify(JSON.parse(event), null, 2).split("\n").map(printable),
  ]);
  return EXIT.ok;
}

async function* readResting(
  { config, pipeline }: QuarantineOptions,
  filter: Parameters<typeof readQuarantine>[2],
): AsyncGenerator<QuarantinedEvent, void> {
  const configuration = loadConfiguration(config, process.env);
  await checkPipeline(configuration, pipeline);
  yield* readQuarantine(nodeDisk, quarantineOf(configuration), filter);
}

/** Refuses a pipeline that is not configured and has nothing at rest either. */
export async function checkPipeline(
  configuration: Configuration,
  pipeline: string | undefined,
): Promise<void> {
  const configured = configuration.pipelines.map(({ slug }) => slug);
  // A pipeline that is configured no more may still have events at rest.
  const quarantined = await quarantinedPipelines(nodeDisk, quarantineOf(configuration));
  if (pipeline === undefined || [...configured, ...quarantined].includes(pipeline)) return;
  throw new ChaperoneError("USAGE", `Cannot find pipeline "${pipeline}": there is none`, {
    hint: `Pipelines: ${configured.join(", ") || "none"}.`,
  });
}

function quarantineOf(configuration: Configuration): string {
  return join(organizationHome(configuration), HOME.quarantine);
}

function restForm({ at, event, ...rest }: QuarantinedEvent): unknown {
  return { ...rest, at: formatTime(at), sizeBytes: event.byteLength };
}
