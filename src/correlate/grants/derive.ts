import type { Grant, GrantDecision, GrantInterval } from "../../model/generated/grant.ts";
import type { Coverage } from "../../model/verdict.ts";
import { MICROS_PER_MS, type Micros } from "../../model/time.ts";
import type { GrantDocument, GrantRecord } from "../ledger/kinds.ts";
import { closeIntervals, type End } from "./ends.ts";

/** A grant, and what an event of its person is at every time: open, or why not. */
export interface TimedGrant {
  readonly grant: Grant;
  /** In the order of time; the last one at or before a time says what holds then. */
  readonly transitions: readonly Transition[];
}

/** From this time on. */
export interface Transition {
  readonly at: Micros;
  readonly becomes: "open" | "ambiguous" | Extract<Coverage, `${string}-${string}` | "denied">;
}

/** What the records do not say. */
export interface DeriveOptions {
  readonly organization: string;
  readonly vendor: string | null;
  readonly approval: { readonly pendingForMs: number; readonly validForMs: number };
  /** Locks and deletions that end it early (G3). */
  readonly ends: readonly End[];
  /** The state is that of this time. */
  readonly now: Micros;
}

/**
 * The grant that these records make (G1–G3): pure, and the same for every order of the records. Where a time is missing, the
 * configured ones apply (G2).
 */
export function deriveGrant(document: GrantDocument, options: DeriveOptions): TimedGrant {
  const records = document.records.toSorted(byTime);
  const created = creationOf(document);
  const deciding = records.find(isDecision) ?? null;
  const requestedAt = created?.at ?? records[0]?.at ?? null;
  const isApproved = deciding?.state === "APPROVED";
  const windows = isApproved ? windowsOf({ records, created, deciding }, options) : [];
  const lapsesAt = deciding === null ? lapseOf(records, created, options) : null;
  const ends = [...options.ends, ...deletionsOf(records)].filter(
    (end) => requestedAt === null || end.at >= requestedAt,
  );
  const intervals = closeIntervals(windows, ends);
  const transitions = transitionsOf({ requestedAt, deciding, lapsesAt, windows, intervals, ends });
  const grant: Grant = {
    id: document.id,
    organization: options.organization,
    kind: "teleport-access-request",
    vendor: options.vendor,
    cluster: records[0]?.cluster ?? null,
    principal: created?.person ?? "",
    rolesRequested: created?.roles ?? [],
    roles: rolesOf(created, deciding),
    resources: created?.resources ?? [],
    reason: created?.reason ?? null,
    requestedAt,
    decisions: decisionsOf(records, deciding),
    intervals,
    validUntil: windows.at(-1)?.until ?? created?.expires ?? null,
    credentialUntil: null,
    endedAt: endOf(transitions),
    state: stateAt(transitions, options.now),
    evidence: records.map((record) => record.eventId),
  };
  return { grant, transitions };
}

/** The record that says whose a request is; of several the earliest, whatever came first. */
export function creationOf({ records }: GrantDocument): GrantRecord | null {
  return (
    records.filter(({ event }) => event === "access_request.create").toSorted(byTime)[0] ?? null
  );
}

/** What holds at a time; null before the grant was asked for. */
export function transitionAt(timed: TimedGrant, at: Micros): Transition | null {
  return timed.transitions.findLast((transition) => transition.at <= at) ?? null;
}

/** G4: it is open, or it ended within an interval in which this time is. */
export function isPerhapsOpenAt(timed: TimedGrant, at: Micros): boolean {
  const becomes = transitionAt(timed, at)?.becomes;
  return becomes === "open" || becomes === "ambiguous";
}

/** G2: its end is excluded. */
export function isOpenAt(timed: TimedGrant, at: Micros): boolean {
  return transitionAt(timed, at)?.becomes === "open";
}

/** By time; of two at the same time the denial counts, then the id decides, so that the order of arrival never does. */
function byTime(a: GrantRecord, b: GrantRecord): number {
  if (a.at !== b.at) return a.at - b.at;
  const denied = Number(b.state === "DENIED") - Number(a.state === "DENIED");
  if (denied !== 0) return denied;
  return a.eventId < b.eventId ? -1 : 1;
}

/** G1: an update, or the review that settled it, carries the state that the request has from then on. */
function isDecision(record: GrantRecord): boolean {
  const decides = ["access_request.create", "access_request.update", "access_request.review"];
  return (
    decides.includes(record.event) && (record.state === "APPROVED" || record.state === "DENIED")
  );
}

interface Approved {
  readonly records: readonly GrantRecord[];
  readonly created: GrantRecord | null;
  readonly deciding: GrantRecord;
}

/** G2: from the decision until the expiry; an update that approves a later expiry opens another interval. */
/** A window as the decision states it; what cuts it short comes later (closeIntervals). */
function windowsOf(approved: Approved, options: DeriveOptions): GrantInterval[] {
  const { records, created, deciding } = approved;
  const expired = records.find((record) => record.event === "access_request.expire");
  const until =
    deciding.expires ??
    created?.expires ??
    expired?.expires ??
    deciding.at + options.approval.validForMs * MICROS_PER_MS;
  const assumeStart = deciding.assumeStart ?? created?.assumeStart ?? deciding.at;
  const windows = [window(Math.max(deciding.at, assumeStart), until)];
  for (const record of records) {
    const last = windows.at(-1)?.until ?? until;
    const extends_ =
      record.event === "access_request.update" &&
      record.state === "APPROVED" &&
      (record.expires ?? 0) > last;
    if (extends_) windows.push(window(Math.max(record.at, last), record.expires ?? last));
  }
  return windows.filter(({ from, until: end }) => end === null || from < end);
}

function window(from: Micros, until: Micros): GrantInterval {
  return { from, until, endCause: "expired" };
}

/** When a request that nobody decided ran out. */
function lapseOf(
  records: readonly GrantRecord[],
  created: GrantRecord | null,
  options: DeriveOptions,
): Micros | null {
  const expired = records.find((record) => record.event === "access_request.expire");
  const stated = created?.expires ?? expired?.expires ?? expired?.at ?? null;
  if (stated !== null || created === null) return stated;
  return created.at + options.approval.pendingForMs * MICROS_PER_MS;
}

/** A deleted request is over, whoever deleted it. Its certificates go on working. */
function deletionsOf(records: readonly GrantRecord[]): End[] {
  return records
    .filter((record) => record.event === "access_request.delete")
    .map((record) => ({ at: record.at, until: null, cause: "deleted" }));
}

/**
 * G1: roles given at approval replace those asked for. A denied request keeps what it asked for.
 */
function rolesOf(created: GrantRecord | null, deciding: GrantRecord | null): readonly string[] {
  if (deciding?.state === "APPROVED" && deciding.roles.length > 0) return deciding.roles;
  return created?.roles ?? [];
}

/**
 * Every review, and what decided. A review's own vote is `proposedState`; `state` is the request's
 * after it.
 */
function decisionsOf(
  records: readonly GrantRecord[],
  deciding: GrantRecord | null,
): GrantDecision[] {
  return records.flatMap((record) => {
    if (record.event !== "access_request.review" && record !== deciding) return [];
    const state = record.proposedState ?? record.state;
    return {
      by: record.by,
      at: record.at,
      state: state === "APPROVED" ? "approve" : state === "DENIED" ? "deny" : "other",
      isDeciding: record === deciding,
      eventId: record.eventId,
    };
  });
}

interface Course {
  readonly requestedAt: Micros | null;
  readonly deciding: GrantRecord | null;
  readonly lapsesAt: Micros | null;
  readonly windows: readonly GrantInterval[];
  readonly intervals: readonly GrantInterval[];
  readonly ends: readonly End[];
}

/**
 * The course of a request as steps in time, so that every question about a time has one answer.
 */
function transitionsOf(course: Course): Transition[] {
  const { requestedAt, deciding, lapsesAt, intervals, ends } = course;
  const transitions: Transition[] = [];
  if (requestedAt !== null) transitions.push({ at: requestedAt, becomes: "before-approval" });
  if (deciding?.state === "DENIED") transitions.push({ at: deciding.at, becomes: "denied" });
  if (deciding?.state === "APPROVED")
    transitions.push({ at: deciding.at, becomes: "before-approval" });
  if (lapsesAt !== null) transitions.push({ at: lapsesAt, becomes: "after-expiry" });
  for (const interval of intervals) {
    transitions.push({ at: interval.from, becomes: "open" });
    if (interval.until !== null)
      transitions.push({
        at: interval.until,
        becomes: interval.endCause === "expired" ? "after-expiry" : "after-revocation",
      });
  }
  // An end that came before the grant could open left no interval behind that would show it.
  const firstFrom = intervals[0]?.from ?? Infinity;
  const final = ends.filter((end) => end.until === null).map((end) => end.at);
  const revokedAt = Math.min(...final);
  const isUndecided = deciding === null && (lapsesAt === null || revokedAt < lapsesAt);
  const isUnopened = deciding?.state === "APPROVED" && revokedAt <= firstFrom;
  if (final.length > 0 && (isUndecided || isUnopened))
    return [
      ...transitions.filter((transition) => transition.at <= revokedAt),
      { at: revokedAt, becomes: "after-revocation" },
    ];
  return transitions.sort((a, b) => a.at - b.at);
}

/** Null while it may still open. */
export function endOf(transitions: readonly Transition[]): Micros | null {
  const last = transitions.at(-1);
  const isOver =
    last !== undefined && last.becomes !== "open" && last.becomes !== "before-approval";
  return isOver ? last.at : null;
}

/** The grant's state in the words of the schema. Sealing is not ours to say. */
export function stateAt(transitions: readonly Transition[], now: Micros): string {
  const past = transitions.filter((transition) => transition.at <= now);
  const last = past.at(-1)?.becomes ?? "before-approval";
  const hasOpened = past.some((transition) => transition.becomes === "open");
  if (last === "open") return "active";
  if (last === "denied") return "denied";
  if (last === "before-approval") return past.length > 1 ? "approved" : "pending";
  return hasOpened || last === "after-revocation" ? "ended" : "lapsed";
}
