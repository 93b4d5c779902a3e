import { createArchiveSink } from "../../archive/sink.ts";
import { DEFAULT_LIMITS } from "../../forward/limits.ts";
import { quarantinedPipelines } from "../../forward/quarantine/files.ts";
import { createQuarantine } from "../../forward/quarantine/quarantine.ts";
import { createRedriver, type Redriver } from "../../forward/redrive/redrive.ts";
import type { Sink } from "../../ports/sink.ts";
import {
  ARCHIVE_PIPELINE,
  consumersOf,
  openSinks,
  type ConsumerDeps,
  type RelayConfiguration,
} from "../consumers.ts";
import { createSharedSink } from "../shared-sink.ts";

/** Redrivers without a line around them, for a process that has the data directory's lock and does nothing else. */
export interface OpenedRedrivers {
  readonly redrivers: readonly Redriver[];
  readonly configured: readonly string[];
  close(): Promise<void>;
}

export type RedriverDeps = Omit<ConsumerDeps, "journal" | "cursors" | "meter">;

/** Opens the quarantines of the enabled pipelines that have one. Rejects with QUARANTINE_UNREADABLE, CONFIG_KIND_NOT_BUILT. */
export async function openRedrivers(
  configuration: RelayConfiguration,
  deps: RedriverDeps,
): Promise<OpenedRedrivers> {
  const limits = { ...DEFAULT_LIMITS, ...deps.forwarderLimits };
  const present = await quarantinedPipelines(deps.disk, deps.quarantineFolder);
  const pipelines = configuration.pipelines.filter(
    ({ slug, isEnabled }) => isEnabled && present.includes(slug),
  );
  const sinks = await openSinks({ ...configuration, pipelines }, deps);
  await using opening = new AsyncDisposableStack();
  const redrivers: Redriver[] = [];

  async function open(pipeline: string, share: () => Sink): Promise<void> {
    const place = { folder: deps.quarantineFolder, pipeline };
    const quarantine = await createQuarantine({ ...deps, ...place });
    opening.defer(() => quarantine.close());
    // One share is held until the end: a sink is not opened again after its close.
    const held = share();
    opening.defer(() => held.close());
    const more = { pipeline, share, quarantine, limits, onRedriven: () => undefined };
    redrivers.push(createRedriver({ ...deps, ...more }));
  }

  for (const { slug, endpoint } of pipelines) {
    const sink = sinks.get(endpoint);
    if (sink !== undefined) await open(slug, sink.share);
  }
  const { archive, organization } = configuration;
  if (archive !== null && present.includes(ARCHIVE_PIPELINE.slug)) {
    const sink = createArchiveSink({ ...deps, folder: archive.directory, organization });
    await open(ARCHIVE_PIPELINE.slug, createSharedSink(sink).share);
  }
  const opened = opening.move();
  return {
    redrivers,
    configured: consumersOf(configuration).map(({ slug }) => slug),
    close: () => opened.disposeAsync(),
  };
}
