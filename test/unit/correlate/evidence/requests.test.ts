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
  /** The reason that is kept of a request with this one. */
  readonly keptReason: (reason: string) => string | null;
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
      const accessRequest = { id: "r", state, roles: [], resources: [], reason: null };
      const facts = { event, user: "kim", accessRequest } as unknown as TeleportFacts;
      for (let n = 0; n < count; n++) foldGrantRecord(context, { id: `${n}` } as AuditEvent, facts);
    },
    kept: (state) => document?.records.filter((record) => record.state === state).length ?? 0,
    keptReason: (reason) => {
      const accessRequest = { id: "r", state: "PENDING", roles: [], resources: [], reason };
      const facts = { event: "access_request.create", user: "kim", accessRequest };
      foldGrantRecord(context, { id: "0" } as AuditEvent, facts as unknown as TeleportFacts);
      return document?.records.at(-1)?.reason ?? null;
    },
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

  it.each([
    ["access_request.delete", ""],
    ["access_request.update", "DENIED"],
  ])("have room for what closes the request, however much came before: %s %s", (event, state) => {
    const request = aRequest();
    request.add("access_request.update", "APPROVED", 1_001);
    expect(request.kept("APPROVED")).toBe(1_000);
    for (const [more, kept] of [
      [1, 1],
      [998, 999],
      [1, 1_000],
      [1, 1_000],
    ] as const) {
      request.add(event, state, more);
      expect(request.kept(state)).toBe(kept);
    }
  });
});

describe("the reason of an access request", () => {
  it.each([
    ["one byte below 4 KiB", "r".repeat(4_095)],
    ["of 4 KiB", "r".repeat(4_096)],
    ["of 4 KiB in characters of four bytes", "😀".repeat(1_024)],
  ])("%s is kept whole", (_, reason) => {
    expect(aRequest().keptReason(reason)).toBe(reason);
  });

  it.each([
    ["one byte above 4 KiB", "r".repeat(4_097), "… [cut, of 4097 bytes]"],
    ["of megabytes", "r".repeat(5_000_000), "… [cut, of 5000000 bytes]"],
    ["whose limit lies inside a character", `r${"😀".repeat(1_024)}`, "… [cut, of 4097 bytes]"],
    ["whose limit lies inside another one", `rr${"é".repeat(2_048)}`, "… [cut, of 4098 bytes]"],
  ])("%s is kept up to 4 KiB, in whole characters, with a mark", (_, reason, mark) => {
    const kept = aRequest().keptReason(reason) ?? "";
    expect(kept.endsWith(mark)).toBe(true);
    expect(reason.startsWith(kept.slice(0, -mark.length))).toBe(true);
    expect(kept.isWellFormed()).toBe(true);
    const sizeBytes = Buffer.byteLength(kept);
    expect(sizeBytes).toBeLessThanOrEqual(4_096);
    expect(sizeBytes).toBeGreaterThan(4_096 - 4);
  });
});
