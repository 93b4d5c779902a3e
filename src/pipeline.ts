import { join } from "node:path";
import { createCheckpoints } from "./collect/checkpoints.ts";
import { sourceOf, type CreateCollector } from "./collect/collectors.ts";
import { createIntake, type DrivenIntake } from "./collect/intake.ts";
import { createLosses } from "./collect/losses.ts";
import { createPace } from "./collect/pace.ts";
import { repeatedClusters } from "./collect/repeats.ts";
import { createWatermarks, type SourceWatermarks } from "./collect/watermarks.ts";
import type { Configuration } from "./config/configuration.ts";
import { HOME, organizationHome } from "./config/home.ts";
import { createCorrelator } from "./correlate/correlator.ts";
import { createLedger } from "./correlate/ledger/ledger.ts";
import { createCursors } from "./journal/cursors.ts";
import { damageRanges } from "./journal/damage-ranges.ts";
import { foldJournal } from "./journal/fold.ts";
import { createLocalJournal } from "./journal/local/journal.ts";
import { gapEvent } from "./normalize/gap.ts";
import { changeOf } from "./normalize/kubernetes/change.ts";
import { createNormalizers, factsOf } from "./normalize/normalizers.ts";
import { normalizeLine } from "./normalize/record.ts";
import type { OpenDatabase } from "./platform/database.ts";
import type { LockFolder } from "./platform/lock.ts";
import type { Clock } from "./ports/clock.ts";
import type { Collector } from "./ports/collector.ts";
import type { Correlator } from "./ports/correlator.ts";
import type { Disk } from "./ports/disk.ts";
import type { Journal } from "./ports/journal.ts";
import type { Log } from "./ports/log.ts";
import type { Meter } from "./ports/meter.ts";
import { createRedriveDesk, type RedriveDesk } from "./relay/redrive/desk.ts";
import { createRedriveRequests } from "./relay/redrive/requests.ts";
import { openConsumers, type Consumer, type Outlets } from "./relay/consumers.ts";

/** Everything by which a line reaches beyond itself: the machine's own (`run/machine.ts`), or one that a simulation makes up. */
export interface Outside extends Outlets {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly lockFolder: LockFolder;
  readonly openDatabase: OpenDatabase;
  readonly createCollector: CreateCollector;
}

/** The world around one straight line. */
export interface Surroundings extends Outside {
  readonly log: Log;
  readonly meter: Meter;
  /** Read every file source to its end as of the start, and stop there. */
  readonly stopAtEnd: boolean;
  /** A part of the line that nobody waits for has failed: the process must end. */
  readonly fail: (error: unknown) => void;
  /** Ends the waits inside the line when it is time to stop. */
  readonly signal: AbortSignal;
}

/** The parts of one organization's line, opened and ready. `run/` keeps them going. */
export interface Line {
  readonly collectors: readonly Collector[];
  readonly intake: DrivenIntake;
  readonly watermarks: SourceWatermarks;
  readonly correlator: Correlator;
  readonly journal: Journal;
  readonly consumers: readonly Consumer[];
  /** Takes orders to redrive what rests in quarantine. */
  readonly desk: RedriveDesk;
  /** Sets the gauges of the journal, and how far each consumer is behind its end. */
  measure(): void;
  close(): Promise<void>;
}

/**
 * The straight line: collect → normalize → correlate → journal → forward and archive.
 *
 * A collector hands records to the intake. The intake has them normalized and correlated, and appends the events to the journal;
 * when that is durable it resolves, and only then does the collector move its checkpoint. Every consumer (a pipeline, the archive)
 * reads the journal behind a cursor of its own, which moves only over what is settled: delivered, or resting in quarantine.
 */
export async function openLine(configuration: Configuration, around: Surroundings): Promise<Line> {
  const { disk, clock, log, meter } = around;
  const { organization, policy } = configuration;
  const sources = configuration.sources.map(sourceOf);
  const home = organizationHome(configuration);
  await disk.makeFolder(home);
  // What was opened is closed again in the reverse order: at the end, and when a later part cannot be opened.
  await using opening = new AsyncDisposableStack();
  const lock = around.lockFolder(home);
  opening.defer(() => lock.release());

  // The durable middle: the journal, and the ledger, which is a fold of it.
  const losses = createLosses(around.fail);
  const tailLost = new AbortController();
  let endAtStart = Infinity;
  const journal = await createLocalJournal({
    ...configuration.journal,
    folder: join(home, HOME.journal),
    disk,
    clock,
    log,
    onDamage: (damage) => {
      losses.declare(damageRanges(damage, clock.now()));
      if (damage.to >= endAtStart) tailLost.abort();
    },
  });
  opening.defer(() => journal.close());
  endAtStart = journal.end.sequence;
  const normalizers = createNormalizers(organization);
  const database = around.openDatabase(join(home, HOME.ledger));
  opening.defer(() => database.close());
  const correlator = createCorrelator({
    policy,
    ledger: createLedger(database, () => clock.monotonicMs()),
    factsOf: (event) => factsOf(normalizers, event),
    changeOf,
    repeatedClusters: repeatedClusters(configuration.sources),
    sources,
    clock,
    log,
  });
  const isFolded = await foldJournal(journal, correlator, {
    signal: around.signal,
    tailLost: tailLost.signal,
  });

  // Right of the journal.
  const cursors = await createCursors({
    disk,
    folder: join(home, HOME.cursors),
    journalEnd: journal.end,
  });
  const quarantineFolder = join(home, HOME.quarantine);
  const consumers = await openConsumers(configuration, {
    ...around,
    journal,
    cursors,
    quarantineFolder,
  });
  opening.defer(() => consumers.close());
  const desk = createRedriveDesk({
    ...around,
    requests: createRedriveRequests(disk, join(home, HOME.redrive)),
    quarantineFolder,
    redrivers: consumers.all.flatMap(({ redriver }) => redriver ?? []),
    configured: consumers.all.map(({ name }) => name),
  });

  // Left of the journal.
  const watermarks = createWatermarks({ sources, latenessMs: policy.hold.latenessMs });
  const intake = createIntake({
    organization,
    normalize: (record, source) =>
      normalizeLine({ normalizer: normalizers[source.dialect], organization }, record, source),
    gapEvent: (range) => ({ event: gapEvent({ range, organization }), facts: null }),
    correlator,
    journal,
    watermarks,
    pace: createPace({
      followers: () => consumers.followers(),
      recent: journal.recent,
      recentBytesMax: configuration.journal.recentBytesMax,
      clock,
      signal: around.signal,
    }),
    clock,
    meter,
    acceptsInFlightMax: configuration.limits.acceptsInFlightMax,
    skewMaxMs: policy.hold.skewMaxMs,
    signal: around.signal,
    fail: around.fail,
  });
  // Stopped before, the line only closes again: what were appended now would hide from the ledger what it has yet to fold.
  if (isFolded) losses.declareTo(intake);
  const checkpoints = createCheckpoints(disk, join(home, HOME.checkpoints));
  const collectors = configuration.sources.map((source) =>
    around.createCollector(source, { checkpoints, clock, log, meter, stopAtEnd: around.stopAtEnd }),
  );

  const opened = opening.move();
  return {
    collectors,
    intake,
    watermarks,
    correlator,
    journal,
    consumers: consumers.all,
    desk,
    measure: () => {
      meter.set("chaperone_journal_size_bytes", { organization }, journal.sizeBytes);
      meter.set("chaperone_journal_end_sequence", { organization }, journal.end.sequence);
      for (const { name, cursor, forwarder } of consumers.all) {
        const { sequence } = forwarder === null ? cursor.position : forwarder.settledTo;
        const lag = Math.max(0, journal.end.sequence - sequence);
        meter.set("chaperone_pipeline_lag_entries", { pipeline: name }, lag);
      }
    },
    close: () => opened.disposeAsync(),
  };
}
