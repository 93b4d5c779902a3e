import type { KubernetesChange } from "../model/change.ts";
import type { JournalEntry } from "../model/entry.ts";
import type { Facts } from "../model/facts.ts";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import type { Policy } from "../model/policy.ts";
import type { Source } from "../model/record.ts";
import { MICROS_PER_MS } from "../model/time.ts";
import type { Clock } from "../ports/clock.ts";
import type { Correlated, Correlator, Watermarks } from "../ports/correlator.ts";
import type { Log } from "../ports/log.ts";
import { admitAll } from "./admit.ts";
import type { CorrelatorContext } from "./context.ts";
import { createDossierResidue } from "./dossier/residue.ts";
import { createSeals } from "./dossier/seals.ts";
import { createBindings } from "./evidence/bindings.ts";
import { createFindingBook } from "./findings/book.ts";
import type { Look } from "./findings/subjects/about-subject.ts";
import { createSpoken } from "./findings/subjects/spoken.ts";
import { createSubjects } from "./findings/subjects/subjects.ts";
import { foldEntry } from "./fold-entry.ts";
import { createGrants } from "./grants/grants.ts";
import { createArrivals } from "./hold/arrivals.ts";
import { createHolds } from "./hold/holds.ts";
import { grantOfKey } from "./hold/wait.ts";
import { createIdleClock } from "./hold/idle-clock.ts";
import { isInputOver, makeRoom, releaseArrived, releaseDue } from "./hold/release.ts";
import { createCredentials } from "./identity/credentials.ts";
import { createVendors } from "./identity/vendors.ts";
import type { Ledger } from "./ledger/ledger.ts";
import { indexOldSessions } from "./ledger/find-sessions.ts";
import { createLine, type Line } from "./line.ts";
import { createPassed } from "./passed.ts";
import { createDueResidue } from "./residue/due.ts";
import { createResidueReader } from "./residue/evaluate.ts";
import { createResidue } from "./residue/residue.ts";
import { reviewDue } from "./revise/review.ts";
import { createReviews } from "./revise/reviews.ts";
import { createHeartbeats } from "./silence/heartbeats.ts";
import { createSilent } from "./silence/silent.ts";
import { settleAll } from "./settle.ts";

/** What the correlator works with; the caller owns all of it. */
export interface CorrelatorOptions {
  readonly policy: Policy;
  readonly ledger: Ledger;
  /** The facts of an event that a normalizer made, from its original bytes; null where they cannot be had any more. */
  readonly factsOf: (event: AuditEvent) => Facts | null;
  /** What a Kubernetes event's bodies say that it changed, from its original bytes. */
  readonly changeOf: (event: AuditEvent) => KubernetesChange;
  /** Clusters whose Kubernetes records may come more than once (passed.ts). */
  readonly repeatedClusters: ReadonlySet<string>;
  /** As configured: dossiers name them all. */
  readonly sources: readonly Source[];
  readonly clock: Clock;
  readonly log: Log;
}

/** Editions of findings that one call makes; the rest waits for the next. */
const EDITIONS_MAX = 500;
/**
 * Events that one call judges again; the rest waits for the next, so that one record cannot hold up the line. A batch has no more of
 * them than events of its own, or a few: what comes one by one would have very many judged again for each.
 */
const REVIEWS_MAX = 250;
const REVIEWS_OF_BATCH_MIN = 10;

/**
 * Decides whose an event is, which grants it has and whether they cover it.
 *
 * `admitAll` leaves out what is journaled already and puts what proves into the ledger; `settleAll` decides or holds; whatever the
 * new evidence settles is released. `decide` holds the rules, and is the same for the line, for held events and for `explain`.
 * Everything that is noted of an entry is noted by `recordEntry`, here and at the start: the ledger is a fold of the journal.
 */
export function createCorrelator(options: CorrelatorOptions): Correlator {
  const { policy, ledger } = options;
  const { reading } = ledger.commitment;
  indexOldSessions(ledger);
  const vendors = createVendors(policy);
  const residue = createResidue(ledger, options.changeOf);
  const dueResidue = createDueResidue({ ledger, residue, reader: createResidueReader(ledger) });
  const grants = dueResidue.watch(createGrants({ policy, ledger, vendors }));
  const idleClock = createIdleClock(options.clock);
  const arrivals = createArrivals();
  const reviews = createReviews(ledger);
  const skew = policy.hold.skewMs * MICROS_PER_MS;
  const holds = createHolds(ledger, { idleMs: () => idleClock.readMs(), skew });
  const seals = createSeals({
    ...options,
    organization: policy.organization,
    vendors,
    grants,
    skew,
    skewMax: policy.hold.skewMaxMs * MICROS_PER_MS,
    sealAfter: policy.dossier.sealAfterMs * MICROS_PER_MS,
    residueOf: createDossierResidue(ledger, grants),
    isResidueFound: (grant) => dueResidue.isLookedAt(grant),
  });
  const spoken = createSpoken(ledger, policy.hold.skewMaxMs * MICROS_PER_MS);
  const subjects = createSubjects({ policy, ledger, vendors, grants, spoken });
  const { silence } = policy;
  const silent = createSilent({ policy, ledger, grants, spoken });
  const heartbeats =
    silence.heartbeatMs === null
      ? null
      : createHeartbeats({
          organization: policy.organization,
          ledger,
          interval: silence.heartbeatMs * MICROS_PER_MS,
        });
  const context: CorrelatorContext = {
    ...options,
    spoken,
    subjects,
    heartbeats,
    vendors,
    grants,
    holds,
    bindings: createBindings(policy),
    credentials: createCredentials(ledger),
    passed: createPassed(ledger, options.repeatedClusters),
    findings: createFindingBook(ledger, () => options.clock.monotonicMs()),
    arrivals,
    reviews,
    residue,
    dueResidue,
    seals,
    skew,
    arrived: (key, during) => {
      const grant = grantOfKey(key);
      if (grant !== null) seals.tell(grant);
      subjects.tell(key);
      if (holds.count > 0) arrivals.add(key, during?.wakes);
      reviews.mark(key, during);
    },
    watermarks: { evidence: -Infinity, isEvidenceIdle: false },
  };

  /** What is released may be evidence itself, and so may a revision: of the request that others wait for (W8). */
  function settleLate(line: Line, reviewsMax: number): void {
    let left = Math.min(reviewsMax, REVIEWS_MAX);
    do {
      releaseArrived(context, line);
      left -= reviewDue(context, line, left);
    } while (arrivals.size > 0);
  }

  function close(line: Line, duplicates: number): Correlated {
    heartbeats?.keep();
    ledger.commitment.endCall(line.entries.length);
    return { entries: line.entries, duplicates };
  }

  /** Nothing is appended for nothing, so that there will be no commit either. */
  function closeUnlessEmpty(line: Line): Correlated {
    return line.entries.length === 0 ? { entries: [], duplicates: 0 } : close(line, 0);
  }

  function releaseOver(line: Line, watermarks: Watermarks): void {
    context.watermarks = watermarks;
    idleClock.set(watermarks.isEvidenceIdle);
    releaseDue(context, line, idleClock.readMs());
    // A crash may have kept what was held, and not what was released for it.
    makeRoom(context, line);
  }

  function tellFound(line: Line, { found, withdrawn }: Pick<Look, "found" | "withdrawn">): void {
    for (const { finding, cause } of found) line.find(finding, cause);
    for (const id of withdrawn) context.findings.withdraw(id);
  }

  function unsaidCount(): number {
    return reviews.count + context.findings.dueCount + (subjects.isBehind ? 1 : 0);
  }

  return {
    correlate: (batch) =>
      reading(() => {
        const line = createLine(context);
        const { admitted, reused, duplicates } = admitAll(context, batch);
        const known = settleAll(context, admitted, line);
        for (const [finding, cause] of reused) line.find(finding, cause);
        settleLate(line, Math.max(batch.length, REVIEWS_OF_BATCH_MIN));
        return close(line, duplicates + known);
      }),
    release: (watermarks) =>
      reading(() => {
        const line = createLine(context);
        releaseOver(line, watermarks);
        settleLate(line, 0);
        return closeUnlessEmpty(line);
      }),
    advance: (watermarks, now) =>
      reading(() => {
        const line = createLine(context);
        releaseOver(line, watermarks);
        settleLate(line, REVIEWS_MAX);
        tellFound(line, dueResidue.take(watermarks));
        // What is still to be judged again may take a finding's reason away.
        if (reviews.count === 0) {
          tellFound(line, subjects.take(watermarks));
          for (const { finding, cause } of silent.look(watermarks, now)) line.find(finding, cause);
          // A dossier has the findings as they are by then.
          line.tellFindings(EDITIONS_MAX, isInputOver(watermarks) || seals.areDue(watermarks));
        }
        // What is judged again, or said anew, may be of a grant that is due.
        if (unsaidCount() === 0) for (const event of seals.due(watermarks)) line.add(event);
        for (const event of heartbeats?.due(watermarks, now) ?? []) line.add(event);
        // A finding or a seal may be evidence that somebody waits for.
        settleLate(line, 0);
        return closeUnlessEmpty(line);
      }),
    commit: (upTo) => ledger.commitment.commit(upTo),
    makeDurable: () => ledger.commitment.write(),
    getReady: () => residue.getReady(),
    fold: (entry: JournalEntry) => {
      // In the order of the live line (line.ts): what is noted first sees the ledger as it was before the entry.
      const { kind, streams } = entry;
      const event = entry.event();
      seals.note({ kind, event });
      spoken.note(event);
      heartbeats?.note({ kind, streams, event });
      heartbeats?.keep();
      foldEntry(context, entry);
      arrivals.take();
      ledger.commitment.applied(entry.position);
    },
    get appliedTo() {
      return ledger.commitment.appliedTo;
    },
    get durableTo() {
      return ledger.commitment.durableTo;
    },
    get reviewCount() {
      return unsaidCount();
    },
    get areSealsDue() {
      return seals.isBehind;
    },
    get heldCount() {
      return holds.count;
    },
  };
}
