import { describe, expect, it } from "vitest";
import type { EvidenceContext } from "../../../../src/correlate/evidence/context.ts";
import { foldGrantRecord } from "../../../../src/correlate/evidence/requests.ts";
import type { GrantDocument } from "../../../../src/correlate/ledger/kinds.ts";
import type { TeleportFacts } from "../../../../src/model/facts.ts";
import type { AuditEvent } from "../../../../src/model/generated/audit-event.ts";

/** One access request that records are added to; `kept` is how many of them count. */
function aRequest(): {
  readonly add: (event: string, state: string, count: number) => void;
  readonly kept: (state: string) => number;
} {
  let document: GrantDocument | null = null;
  const index = { put: () => undefined };
  const context = {
    ledger: {
      grants: { get: () => document, put: (_: string, next: GrantDocument) => (document = next) },
      grantsOfPerson: index,
      grantsOfRole: index,
    },
    grants: { changed: () => undefined, byId: () => null },
    vendors: { personOf: (user: string) => user },
    arrived: () => undefined,
  } as unknown as EvidenceContext;
  return {
    add: (event, state, count) => {
      const accessRequest = { id: "r", state, roles: [], resources: [] };
      const facts = { event, user: "kim", accessRequest } as unknown as TeleportFacts;
      for (let n = 0; n < count; n++) foldGrantRecord(context, { id: `${n}` } as AuditEvent, facts);
    },
    kept: (state) => document?.records.filter((record) => record.state === state).length ?? 0,
  };
}

describe("the records of one access request", () => {
  it("keep 100 reviews that settle nothing, no more, and the decision behind them all the same", () => {
    const request = aRequest();
    for (const [more, kept] of [
      [99, 99],
      [1, 100],
      [1, 100],
      [500, 100],
    ] as const) {
      request.add("access_request.review", "PENDING", more);
      expect(request.kept("PENDING")).toBe(kept);
    }
    request.add("access_request.review", "APPROVED", 1);
    expect(request.kept("APPROVED")).toBe(1);
  });

  it("are 1,000 at most: who floods a request gains no approval, since nothing further counts", () => {
    const request = aRequest();
    request.add("access_request.update", "DENIED", 999);
    request.add("access_request.update", "APPROVED", 1);
    expect(request.kept("APPROVED")).toBe(1);
    request.add("access_request.update", "APPROVED", 1);
    expect(request.kept("APPROVED")).toBe(1);
    expect(request.kept("DENIED")).toBe(999);
  });
});
