import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import type { EvidenceContext } from "../../../../src/correlate/evidence/context.ts";
import { foldLock } from "../../../../src/correlate/evidence/locks.ts";
import { keyOf } from "../../../../src/correlate/ledger/key.ts";
import { createLedger } from "../../../../src/correlate/ledger/ledger.ts";
import type { TeleportFacts } from "../../../../src/model/facts.ts";
import type { AuditEvent } from "../../../../src/model/generated/audit-event.ts";

/** Changes that come one by one; those before them are there. */
const FOLDED = 6;
const DANA = { user: "dana@vendor.example", role: null, accessRequest: null };

/** Times at which the lock is put, and those at which it is deleted, of what is kept. */
function changesAfter(times: readonly number[]): { readonly put: number[]; deleted: number[] } {
  const ledger = createLedger(new DatabaseSync(":memory:"), () => 0);
  const context = {
    ledger,
    vendors: { personOf: (user: string) => user },
    grants: { allChanged: () => undefined, byId: () => null },
    arrived: () => undefined,
  } as unknown as EvidenceContext;
  const changes = times.slice(0, -FOLDED).map((time) => ({
    at: time,
    eventId: `e${time}`,
    isDeleted: time % 2 === 1,
    expires: null,
    target: DANA,
  }));
  ledger.locks.put(keyOf("l"), { name: "l", changes: changes.toSorted((a, b) => a.at - b.at) });
  for (const time of times.slice(-FOLDED)) {
    const event = time % 2 === 0 ? "lock.created" : "lock.deleted";
    const lock = { name: "l", expires: null, target: DANA };
    const facts = { event, time, lock } as unknown as TeleportFacts;
    foldLock(context, { id: `e${time}` } as AuditEvent, facts);
  }
  const [[, document] = ["", null]] = ledger.locks.all();
  const of = (isDeleted: boolean): number[] =>
    (document?.changes ?? []).filter((each) => each.isDeleted === isDeleted).map(({ at }) => at);
  return { put: of(false), deleted: of(true) };
}

/** In turn, from 0 on: it is put, deleted, put again. */
const inTurn = (count: number): readonly number[] =>
  Array.from({ length: count }, (_, time) => time);
const evenOf = (times: readonly number[]): readonly number[] => times.filter((t) => t % 2 === 0);
const oddOf = (times: readonly number[]): readonly number[] => times.filter((t) => t % 2 === 1);

it.each([
  [999, []],
  [1_000, []],
  [1_001, [1]],
  [1_003, [1, 3, 5]],
])(
  "of %i changes of one lock every one that puts it is kept, whatever order they come in; these deletions are not: %j",
  (count, left) => {
    const times = inTurn(count);
    const deleted = oddOf(times).filter((time) => !left.includes(time));
    for (const order of [times, times.toReversed()])
      expect(changesAfter(order)).toEqual({ put: evenOf(times), deleted });
  },
);
