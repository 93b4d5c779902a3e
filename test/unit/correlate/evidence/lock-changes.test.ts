import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import type { EvidenceContext } from "../../../../src/correlate/evidence/context.ts";
import { foldLock } from "../../../../src/correlate/evidence/locks.ts";
import { waitKey } from "../../../../src/correlate/hold/wait.ts";
import { keyOf } from "../../../../src/correlate/ledger/key.ts";
import type { LockChange } from "../../../../src/correlate/ledger/kinds.ts";
import { createLedger, type Ledger } from "../../../../src/correlate/ledger/ledger.ts";
import type { TeleportFacts } from "../../../../src/model/facts.ts";
import type { AuditEvent } from "../../../../src/model/generated/audit-event.ts";

/** Changes that come one by one; those before them are there. */
const FOLDED = 6;
const DANA = { user: "dana@vendor.example", role: null, accessRequest: null };

/** `arrived` gets the keys of what is judged again. */
function contextOf(ledger: Ledger, arrived: string[]): EvidenceContext {
  return {
    ledger,
    vendors: { personOf: (user: string) => user },
    grants: { allChanged: () => undefined, byId: () => null },
    arrived: (key: string) => void arrived.push(key),
  } as unknown as EvidenceContext;
}

function fold(context: EvidenceContext, time: number, isDeletion: boolean): void {
  const event = isDeletion ? "lock.deleted" : "lock.created";
  const lock = { name: "l", expires: null, target: DANA };
  const facts = { event, time, lock } as unknown as TeleportFacts;
  foldLock(context, { id: `e${time}` } as AuditEvent, facts);
}

/** Times at which the lock is put, and those at which it is deleted, of what is kept of changes that come in this order. */
function changesAfter(
  times: readonly number[],
  isDeletion: (time: number) => boolean,
): { readonly put: number[]; deleted: number[] } {
  const ledger = createLedger(new DatabaseSync(":memory:"), () => 0);
  const context = contextOf(ledger, []);
  const changes = times.slice(0, -FOLDED).map((time) => ({
    at: time,
    eventId: `e${time}`,
    isDeleted: isDeletion(time),
    expires: null,
    target: DANA,
  }));
  ledger.locks.put(keyOf("l"), { name: "l", changes: changes.toSorted((a, b) => a.at - b.at) });
  for (const time of times.slice(-FOLDED)) fold(context, time, isDeletion(time));
  const [[, document] = ["", null]] = ledger.locks.all();
  const of = (isDeleted: boolean): number[] =>
    (document?.changes ?? []).filter((each) => each.isDeleted === isDeleted).map(({ at }) => at);
  return { put: of(false), deleted: of(true) };
}

const timesUpTo = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, time) => time);
const evenOf = (times: readonly number[]): readonly number[] => times.filter((t) => t % 2 === 0);
const oddOf = (times: readonly number[]): readonly number[] => times.filter((t) => t % 2 === 1);

it.each([
  [999, []],
  [1_000, []],
  [1_001, [1]],
  [1_003, [1, 3, 5]],
])(
  "of %i changes of one lock, put and deleted in turn, every one that puts it is kept, whatever order they come in; these deletions are not: %j",
  (count, left) => {
    const times = timesUpTo(count);
    const deleted = oddOf(times).filter((time) => !left.includes(time));
    for (const order of [times, times.toReversed()])
      expect(changesAfter(order, (time) => time % 2 === 1)).toEqual({
        put: evenOf(times),
        deleted,
      });
  },
);

it.each([
  [999, 0],
  [1_000, 0],
  [1_001, 1],
  [1_003, 3],
])(
  "of a lock that is put %i times and never deleted the latest are kept, without the first %i, whatever order they come in",
  (count, left) => {
    const times = timesUpTo(count);
    for (const order of [times, times.toReversed()])
      expect(changesAfter(order, () => false)).toEqual({ put: times.slice(left), deleted: [] });
  },
);

it("of a lock that is put 1,001 times and deleted three times no deletion is kept, whatever order they come in", () => {
  const times = timesUpTo(1_004);
  const deletions = new Set([2, 500, 1_003]);
  const put = times.filter((time) => !deletions.has(time)).slice(1);
  for (const order of [times, times.toReversed()])
    expect(changesAfter(order, (time) => deletions.has(time))).toEqual({ put, deleted: [] });
});

it("whom a lock was put for that is not kept any more is judged again, as if it had never come", () => {
  const put = (time: number, user: string): LockChange => ({
    at: time,
    eventId: `e${time}`,
    isDeleted: false,
    expires: null,
    target: { ...DANA, user },
  });
  const ledger = createLedger(new DatabaseSync(":memory:"), () => 0);
  const rest = timesUpTo(1_000).slice(1);
  const changes = [put(0, "eve@vendor.example"), ...rest.map((time) => put(time, DANA.user))];
  ledger.locks.put(keyOf("l"), { name: "l", changes });
  const arrived: string[] = [];
  fold(contextOf(ledger, arrived), 1_000, false);
  expect(arrived).toContain(waitKey.principal("eve@vendor.example"));
});
