import { DatabaseSync } from "node:sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import type { EvidenceContext } from "../../../../src/correlate/evidence/context.ts";
import { foldSnapshot } from "../../../../src/correlate/evidence/snapshots.ts";
import { keyOf } from "../../../../src/correlate/ledger/key.ts";
import { createLedger } from "../../../../src/correlate/ledger/ledger.ts";
import type { SupportAccessFacts } from "../../../../src/model/facts.ts";
import { anEvent } from "../../../support/entries.ts";

const ROLE = "SUPPORT_ACCESS_ROLE_OPERATOR";

/** The reason that is kept of a request after snapshots that list it, each with another reason. */
function keptAfter(...reasons: readonly string[]): string | null {
  const database = new DatabaseSync(":memory:");
  onTestFinished(() => database.close());
  const ledger = createLedger(database);
  const context = {
    ledger,
    grants: { changed: () => undefined, byId: () => null },
    vendors: { personOf: (user: string) => user },
    arrived: () => undefined,
    skew: 0,
  } as unknown as EvidenceContext;
  for (const [n, reason] of reasons.entries()) {
    const request = {
      grantId: "sa-1",
      role: ROLE,
      requestor: "kim",
      reason,
      requestedAt: 1,
      expiresAt: 100,
      credentialUntil: null,
    };
    const facts: SupportAccessFacts = {
      dialect: "support-access",
      cluster: "train",
      at: 10 + n,
      isEnabled: true,
      enabledRoles: [ROLE],
      requests: [request],
    };
    foldSnapshot(context, anEvent({ id: `snapshot-${n}` }), facts);
  }
  return ledger.supportGrants.get(keyOf("sa-1"))?.latest.reason ?? null;
}

describe("the reason of a request of support access", () => {
  it("is kept whole up to 4 KiB, and of a longer one 4 KiB with a mark, whichever snapshot has it", () => {
    for (const sizeBytes of [4_095, 4_096]) {
      const reason = "r".repeat(sizeBytes);
      expect(keptAfter(reason)).toBe(reason);
      expect(keptAfter("short", reason)).toBe(reason);
    }
    const long = "r".repeat(4_097);
    for (const kept of [keptAfter(long), keptAfter("short", long)]) {
      expect(kept).toMatch(/^r+… \[cut, of 4097 bytes\]$/);
      expect(Buffer.byteLength(kept ?? "")).toBe(4_096);
    }
  });
});
