import { createArchiveSink } from "../archive/sink.ts";
import { createForwarder, type Forwarder } from "../forward/forwarder.ts";
import { createRedriver, type Redriver } from "../forward/redrive/redrive.ts";
import { createQuarantine } from "../forward/quarantine/quarantine.ts";
import type { SinkDeps } from "../forward/create-sink.ts";
import { DEFAULT_LIMITS, type ForwarderLimits } from "../forward/limits.ts";
import type { JournalPosition } from "../model/position.ts";
import type { Endpoint, Pipeline } from "../model/relay.ts";
import type { Clock } from "../ports/clock.ts";
import type { Disk } from "../ports/disk.ts";
import type { Cursors, Journal } from "../ports/journal.ts";
import type { Log } from "../ports/log.ts";
import type { Meter } from "../ports/meter.ts";
import type { Quarantine } from "../ports/quarantine.ts";
import type { Sink } from "../ports/sink.ts";
import { createSharedSink, type SharedSink } from "./shared-sink.ts";

/** A reader of the journal with a cursor of its own: a pipeline, or the archive. */
export interface Consumer {
  readonly name: string;
  /** Durable: the journal must keep what comes after it. */
  readonly cursor: { readonly position: JournalPosition };
  /** Null for a pipeline that is not enabled: it keeps its place, and nothing moves. */
  readonly forwarder: Forwarder | null;
  /** The way back from its quarantine; null for a pipeline that is not enabled. */
  readonly redriver: Redriver | null;
}

export interface Consumers {
  readonly all: readonly Consumer[];
  /** How far those that are enabled have come. */
  followers(): readonly Pick<Forwarder, "settledTo" | "lastProgressMs">[];
  close(): Promise<void>;
}

/** What is configured to the right of the journal. */
export interface RelayConfiguration {
  readonly organization: string;
  readonly endpoints: readonly Endpoint[];
  readonly pipelines: readonly Pipeline[];
  readonly archive: { readonly directory: string } | null;
}

/** The way out of the line, to endpoints. */
export interface Outlets {
  /** The sink of an endpoint, not connected yet. */
  readonly createSink: (endpoint: Endpoint, deps: SinkDeps) => Promise<Sink>;
  /** In [0, 1), for the jitter of waits. */
  readonly random: () => number;
  /** Bounds of the pipelines' patience that differ from the default ones. */
  readonly forwarderLimits?: Partial<ForwarderLimits>;
}

export interface ConsumerDeps extends Outlets {
  readonly journal: Journal;
  readonly cursors: Cursors;
  readonly quarantineFolder: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly log: Log;
  readonly meter: Meter;
}

/** Sessions of every kind are in this stream. */
const ARCHIVE_STREAM = "logs-session-teleport";

/** Opens every consumer of the configuration. Cursors are durable before anything is read. */
export async function openConsumers(
  configuration: RelayConfiguration,
  deps: ConsumerDeps,
): Promise<Consumers> {
  const quarantines: Quarantine[] = [];
  const all: Consumer[] = [];
  const sinks = await openSinks(configuration, deps);
  const limits = { ...DEFAULT_LIMITS, ...deps.forwarderLimits };

  async function open(pipeline: Pipeline, share: () => Sink, name: string): Promise<Consumer> {
    const start = pipeline.start === "now" ? deps.journal.end : deps.journal.start;
    const cursor = await deps.cursors.open(name, start);
    if (!pipeline.isEnabled) return { name, cursor, forwarder: null, redriver: null };
    const quarantine = await createQuarantine({
      ...deps,
      folder: deps.quarantineFolder,
      pipeline: name,
    });
    quarantines.push(quarantine);
    const common = { ...deps, limits, quarantine };
    // Only now: what is shared is closed when everyone who has a share let go, and who never runs never does.
    const forwarder = createForwarder({ ...common, pipeline, cursor, sink: share() });
    const redriver = createRedriver({
      ...common,
      pipeline: name,
      share,
      onRedriven: (count) => forwarder.redriven(count),
    });
    return { name, cursor, forwarder, redriver };
  }

  for (const pipeline of configuration.pipelines) {
    const sink = sinks.get(pipeline.endpoint);
    if (sink === undefined) throw new RangeError(`Cannot find endpoint "${pipeline.endpoint}"`);
    all.push(await open(pipeline, sink.share, pipeline.slug));
  }
  if (configuration.archive !== null) {
    const folder = configuration.archive.directory;
    const { organization } = configuration;
    const { share } = createSharedSink(createArchiveSink({ ...deps, folder, organization }));
    all.push(await open(ARCHIVE_PIPELINE, share, ARCHIVE_PIPELINE.slug));
  }
  const enabled = all.flatMap(({ forwarder }) => (forwarder === null ? [] : [forwarder]));
  return {
    all,
    followers: () => enabled,
    close: async () => {
      for (const quarantine of quarantines) await quarantine.close();
    },
  };
}

/** The pipelines of the configuration, and the archive as one of them. */
export function consumersOf(
  configuration: Pick<RelayConfiguration, "pipelines" | "archive">,
): readonly Pipeline[] {
  const { pipelines, archive } = configuration;
  return archive === null ? pipelines : [...pipelines, ARCHIVE_PIPELINE];
}

/** A name that no slug can have. */
export const ARCHIVE_PIPELINE: Pipeline = {
  slug: "(archive)",
  stream: ARCHIVE_STREAM,
  endpoint: "(archive)",
  isEnabled: true,
  start: "oldest",
};

/** A sink for each endpoint that a pipeline names. */
export async function openSinks(
  { endpoints, pipelines, organization }: Omit<RelayConfiguration, "archive">,
  deps: Pick<ConsumerDeps, "createSink" | "disk" | "clock" | "log">,
): Promise<ReadonlyMap<string, SharedSink>> {
  const used = endpoints.filter(({ slug }) =>
    pipelines.some((pipeline) => pipeline.endpoint === slug),
  );
  const sinks = new Map<string, SharedSink>();
  for (const endpoint of used)
    sinks.set(
      endpoint.slug,
      createSharedSink(await deps.createSink(endpoint, { ...deps, organization })),
    );
  return sinks;
}
