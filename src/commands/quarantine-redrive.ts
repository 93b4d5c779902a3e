import { existsSync, statSync } from "node:fs";
import { organizationHome } from "../config/home.ts";
import { loadConfiguration } from "../config/load.ts";
import type { QuarantineFilter } from "../forward/quarantine/read.ts";
import { ChaperoneError } from "../model/error.ts";
import type { RedriveReport } from "../relay/redrive/all.ts";
import { EXIT } from "./exit-code.ts";
import { printJson } from "./output.ts";
import { createProgress, silentProgress } from "./progress.ts";
import { checkPipeline } from "./quarantine.ts";
import { printPlan, printReport } from "./redrive-report.ts";
import { planHere, redriveSomewhere } from "./redrive-work.ts";

export interface RedriveOptions {
  readonly config: string;
  readonly json: boolean;
  readonly event?: string;
  readonly pipeline?: string;
  readonly cause?: string;
  readonly all: boolean;
  readonly dryRun: boolean;
}

/**
 * `chaperone quarantine redrive`: delivers what rests once more. Where a process runs, that one does it, beside its other work; else
 * this one. Exit code 0 when nothing of what was asked for rests any more, else 1.
 */
export async function quarantineRedriveCommand(options: RedriveOptions): Promise<number> {
  const filter = filterOf(options);
  const configuration = loadConfiguration(options.config, process.env);
  const home = organizationHome(configuration);
  await checkPipeline(configuration, filter.pipeline);
  const nothing: RedriveReport = { pipelines: [] };
  if (options.dryRun) {
    const plan = existsSync(home) ? await planHere(configuration, filter) : nothing;
    checkFound(plan, filter);
    if (options.json) printJson({ dryRun: true, ...plan });
    else printPlan(plan);
    return EXIT.ok;
  }
  if (existsSync(home)) checkOwner(home);
  const progress = options.json ? silentProgress : createProgress(process.stderr);
  const report = existsSync(home)
    ? await redriveSomewhere(configuration, filter, progress)
    : nothing;
  checkFound(report, filter);
  const isDone = report.pipelines.every(({ asked, delivered }) => delivered === asked);
  if (options.json) printJson({ done: isDone, ...report });
  else printReport(report);
  return isDone ? EXIT.ok : EXIT.failure;
}

function filterOf({ event, pipeline, cause, all }: RedriveOptions): QuarantineFilter {
  const filter = {
    ...(event === undefined ? {} : { eventId: event }),
    ...(pipeline === undefined ? {} : { pipeline }),
    ...(cause === undefined ? {} : { cause }),
  };
  const isNarrow = Object.keys(filter).length > 0;
  if (isNarrow && all)
    throw new ChaperoneError("USAGE", "Cannot redrive all events and only some of them", {
      hint: "Leave --all out, or the other options.",
    });
  if (!isNarrow && !all)
    throw new ChaperoneError("USAGE", "Cannot redrive: nothing says which events", {
      hint: "--event, --cause and --pipeline choose; --all means everything that rests.",
    });
  return filter;
}

function checkFound({ pipelines }: RedriveReport, { eventId }: QuarantineFilter): void {
  if (eventId === undefined || pipelines.length > 0) return;
  throw new ChaperoneError(
    "USAGE",
    `Cannot redrive event "${eventId}": it does not rest in quarantine`,
    { hint: "chaperone quarantine ls lists what does." },
  );
}

/** What another user writes there, root too, the service cannot read any more. */
function checkOwner(home: string): void {
  const { uid } = statSync(home);
  const mine = process.getuid?.() ?? uid;
  if (mine === uid) return;
  throw new ChaperoneError(
    "DATA_DIR_NOT_OURS",
    `Cannot redrive as user ${mine}: the data directory "${home}" belongs to user ${uid}`,
    { hint: `Run the command as that user: sudo -u '#${uid}' chaperone quarantine redrive …` },
  );
}
