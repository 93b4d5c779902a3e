import { DatabaseSync } from "node:sqlite";
import { createCorrelator } from "../../src/correlate/correlator.ts";
import { changeOf } from "../../src/normalize/kubernetes/change.ts";
import { createLedger, type Ledger, type RowsMax } from "../../src/correlate/ledger/ledger.ts";
import type { JournalEntry, NewEntry } from "../../src/model/entry.ts";
import type { Facts } from "../../src/model/facts.ts";
import type { AuditEvent, Verdict } from "../../src/model/generated/audit-event.ts";
import type { NormalizedEvent } from "../../src/model/normalization.ts";
import type { Policy } from "../../src/model/policy.ts";
import type { Source } from "../../src/model/record.ts";
import type { Correlated, Correlator, Watermarks } from "../../src/ports/correlator.ts";
import { aPolicy, at, factsOf as factsOfBuilt } from "./correlate.ts";

export interface TestLineOptions {
  readonly policy?: Policy;
  readonly factsOf?: (event: AuditEvent) => Facts | null;
  /** Of the ledger; one in memory where left out. */
  readonly database?: DatabaseSync;
  readonly repeatedClusters?: readonly string[];
  readonly sources?: readonly Source[];
  /** Of the ledger, where others than usual. */
  readonly rowsMax?: RowsMax;
}

/** A correlator over a ledger, with a journal that is an array and a clock that the test turns. */
export interface TestLine {
  readonly correlator: Correlator;
  readonly ledger: Ledger;
  /** Everything journaled so far. */
  readonly journal: readonly NewEntry[];
  /** Correlates one batch and makes it durable. */
  feed(...events: readonly (NormalizedEvent | readonly NormalizedEvent[])[]): Correlated;
  /** The same without making it durable; `makeDurable` follows, once for every call. */
  feedOnly(...events: readonly NormalizedEvent[]): Correlated;
  makeDurable(): void;
  /** All evidence up to these seconds has come. */
  evidenceUpTo(seconds: number): Correlated;
  advance(watermarks: Partial<Watermarks>): Correlated;
  passTime(ms: number): void;
  /** The last verdict that pipelines saw of an event; null while it is held. */
  verdict(id: string): Verdict | null;
  /** The verdict of its last revision, or its own where there is none; null while it is held. */
  finalVerdict(id: string): Verdict | null;
  /** The last edition of every finding that stands. */
  findings(rule?: string): readonly AuditEvent[];
  /** A new process over the same ledger file, or what a crash left of it, and journal. What was not durable is lost. */
  restart(image?: DatabaseSync): TestLine;
  /** A new process that has the journal alone. */
  rebuild(changed?: Partial<TestLineOptions>): TestLine;
}

interface World {
  readonly journal: NewEntry[];
  /** Ends of the calls that are not durable yet. */
  readonly waiting: { readonly end: number }[];
  durable: number;
  nowMs: number;
}

export function createTestLine(options: TestLineOptions = {}): TestLine {
  const world: World = { journal: [], waiting: [], durable: 0, nowMs: 0 };
  return openLine(options.database ?? new DatabaseSync(":memory:"), world, options);
}

function openLine(database: DatabaseSync, world: World, options: TestLineOptions): TestLine {
  const ledger = createLedger(database, () => world.nowMs, options.rowsMax);
  const correlator = createCorrelator({
    policy: options.policy ?? aPolicy(),
    ledger,
    factsOf: options.factsOf ?? factsOfBuilt,
    changeOf,
    repeatedClusters: new Set(options.repeatedClusters),
    sources: options.sources ?? [],
    clock: { now: () => at(0), monotonicMs: () => world.nowMs, sleep: () => Promise.resolve() },
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  });
  for (const [index, entry] of world.journal.entries())
    if (index >= correlator.appliedTo.sequence) correlator.fold(journaled(entry, index + 1));

  function append(correlated: Correlated): Correlated {
    world.journal.push(...correlated.entries);
    world.waiting.push({ end: world.journal.length });
    return correlated;
  }

  function makeDurable(): void {
    const next = world.waiting.shift();
    if (next === undefined) return;
    world.durable = next.end;
    correlator.commit({ partition: 0, sequence: next.end, locator: "" });
  }

  const line: TestLine = {
    correlator,
    ledger,
    journal: world.journal,
    feed: (...events) => {
      const correlated = append(correlator.correlate(events.flat()));
      makeDurable();
      return correlated;
    },
    feedOnly: (...events) => append(correlator.correlate(events)),
    makeDurable,
    evidenceUpTo: (seconds) => line.advance({ evidence: at(seconds) }),
    advance: (watermarks) => {
      const given = { evidence: -Infinity, isEvidenceIdle: false, ...watermarks };
      const correlated = correlator.advance(given, at(world.nowMs / 1_000));
      if (correlated.entries.length > 0) {
        append(correlated);
        makeDurable();
      }
      return correlated;
    },
    passTime: (ms) => {
      world.nowMs += ms;
    },
    verdict: (id) =>
      world.journal.findLast(({ kind, event }) => kind !== "held" && event.id === id)?.event
        .verdict ?? null,
    finalVerdict: (id) => {
      const revised = world.journal.findLast(
        ({ event: { detail } }) =>
          detail !== null && "revision" in detail && detail.revision.eventId === id,
      );
      return revised?.event.verdict ?? line.verdict(id);
    },
    findings: (rule) => [...lastEditions(world.journal, rule).values()],
    restart: (image = database) => openLine(image, survivors(world), options),
    rebuild: (changed) =>
      openLine(new DatabaseSync(":memory:"), survivors(world), { ...options, ...changed }),
  };
  return line;
}

function lastEditions(
  journal: readonly NewEntry[],
  rule: string | undefined,
): ReadonlyMap<string, AuditEvent> {
  const editions = new Map<string, AuditEvent>();
  for (const { event } of journal) {
    const { detail, action } = event;
    if (detail === null || !("finding" in detail)) continue;
    if (rule !== undefined && action.name !== rule) continue;
    const id = detail.finding.firstId ?? event.id;
    if (detail.finding.state === "open") editions.set(id, event);
    else editions.delete(id);
  }
  return editions;
}

function survivors(world: World): World {
  return { ...world, journal: world.journal.slice(0, world.durable), waiting: [] };
}

export function journaled(entry: NewEntry, sequence: number): JournalEntry {
  return {
    position: { partition: 0, sequence, locator: "" },
    kind: entry.kind,
    id: entry.event.id,
    streams: entry.streams,
    sizeBytes: 0,
    encoded: new Uint8Array(),
    event: () => entry.event,
  };
}

function ignore(): void {
  return undefined;
}
