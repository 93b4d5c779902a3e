import type { RedriveCounts, Redriver } from "../../forward/redrive/redrive.ts";
import { quarantinedPipelines } from "../../forward/quarantine/files.ts";
import { readQuarantine } from "../../forward/quarantine/read.ts";
import type { QuarantineFilter } from "../../forward/quarantine/read.ts";
import type { Disk } from "../../ports/disk.ts";

/** A redrive over pipelines: how far each has come, in the order in which they are done. Those without a matching event are left out. */
export interface RedriveReport {
  readonly pipelines: readonly RedriveCounts[];
}

export interface RedriveDeps {
  readonly disk: Disk;
  /** Holds the quarantines of the organization. */
  readonly quarantineFolder: string;
  /** Of the pipelines that are enabled. */
  readonly redrivers: readonly Redriver[];
  /** Slugs of all that are configured, the archive included. */
  readonly configured: readonly string[];
}

/** Redrives what the filter asks for, pipeline by pipeline. What cannot be redriven is reported with the problem, and rests on. */
export async function redriveAll(
  filter: QuarantineFilter,
  deps: RedriveDeps,
  watch: { readonly stop: AbortSignal; readonly onProgress: (report: RedriveReport) => void },
): Promise<RedriveReport> {
  const done: RedriveCounts[] = [];
  for (const pipeline of await quarantinedPipelines(deps.disk, deps.quarantineFolder)) {
    if (filter.pipeline !== undefined && filter.pipeline !== pipeline) continue;
    const redriver = deps.redrivers.find((one) => one.pipeline === pipeline);
    const counts =
      redriver === undefined
        ? await restingOnly({ ...filter, pipeline }, deps)
        : await redriver.redrive(filter, {
            stop: watch.stop,
            onProgress: (now) => watch.onProgress({ pipelines: [...done, now] }),
          });
    if (counts.asked > 0) done.push(counts);
  }
  return { pipelines: done };
}

/** What a redrive would do: all that rests and is asked for, with the problem of what could not be redriven. Changes nothing. */
export async function planRedrive(
  filter: QuarantineFilter,
  deps: Omit<RedriveDeps, "redrivers"> & { readonly enabled: readonly string[] },
): Promise<RedriveReport> {
  const pipelines: RedriveCounts[] = [];
  for (const pipeline of await quarantinedPipelines(deps.disk, deps.quarantineFolder)) {
    if (filter.pipeline !== undefined && filter.pipeline !== pipeline) continue;
    const counts = await restingOnly({ ...filter, pipeline }, deps);
    const problem = deps.enabled.includes(pipeline) ? null : counts.problem;
    if (counts.asked > 0) pipelines.push({ ...counts, problem });
  }
  return { pipelines };
}

async function restingOnly(
  filter: QuarantineFilter & { readonly pipeline: string },
  { disk, quarantineFolder, configured }: Omit<RedriveDeps, "redrivers">,
): Promise<RedriveCounts> {
  const { pipeline } = filter;
  let asked = 0;
  let suspects = 0;
  for await (const { code } of readQuarantine(disk, quarantineFolder, filter)) {
    asked++;
    if (code === "suspect") suspects++;
  }
  const problem = configured.includes(pipeline)
    ? "the pipeline is not enabled"
    : "the pipeline is configured no more";
  return { pipeline, asked, suspects, delivered: 0, refused: 0, problem };
}
