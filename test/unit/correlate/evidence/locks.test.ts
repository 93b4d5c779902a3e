import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import { approved, at, kubernetes, teleport } from "../../../support/correlate.ts";
import { createTestLine, type TestLine } from "../../../support/correlate-line.ts";
import { countReads, readsOf } from "../../../support/ledger-reads.ts";

const DANA = "dana@vendor.example";
const NOBODY = { user: null, role: null, accessRequest: null };

function lock(seconds: number): NormalizedEvent {
  const own = { name: "l", expires: null, target: { ...NOBODY, user: DANA } };
  return teleport({ event: "lock.created", at: seconds, lock: own });
}

function login(seconds: number): NormalizedEvent {
  const none = { kubernetesUsers: [], kubernetesGroups: [], kubernetesCluster: null };
  const own = { user: DANA, roles: ["viewer"], accessRequests: ["r1"], expires: at(1e6), ...none };
  return teleport({ event: "cert.create", at: seconds, certificate: own });
}

function session(id: string, event: string, seconds: number): NormalizedEvent {
  return teleport({
    event,
    at: seconds,
    user: DANA,
    sessionId: id,
    accessRequests: ["r1"],
    sessionStart: at(seconds),
  });
}

function reads(count: number, from: number): readonly NormalizedEvent[] {
  return Array.from({ length: count }, (_, i) =>
    kubernetes({ id: `read-${i}`, at: from + i / 10, user: DANA, groups: ["v:viewers"] }),
  );
}

/** Everything that is judged is judged under a lock since 50, whose end is not logged. */
function lockedLine(): TestLine {
  const line = createTestLine();
  line.advance({ evidence: Infinity, isEvidenceIdle: true, hasEnded: false });
  line.feed(approved("r1", { expires: 1e6 }), lock(50));
  return line;
}

describe("G3 what somebody begins under a lock whose end is not logged", () => {
  it("ends it, and what they did since is judged again", () => {
    const line = lockedLine();
    line.feed(reads(1, 70));
    expect(line.verdict("read-0")).toMatchObject({ coverage: "after-revocation" });
    line.feed(login(60));
    expect(line.finalVerdict("read-0")).toMatchObject({ coverage: "covered", grants: ["r1"] });
  });

  it("ends it anew where it comes late and began before", () => {
    const line = lockedLine();
    line.feed(login(80), reads(1, 70));
    expect(line.verdict("read-0")).toMatchObject({ coverage: "after-revocation" });
    line.feed(session("s", "session.start", 60));
    expect(line.finalVerdict("read-0")).toMatchObject({ coverage: "covered" });
  });

  it("ends it no more where it is known to have begun later", () => {
    const line = lockedLine();
    line.feed(session("s", "session.start", 60), reads(1, 70));
    expect(line.verdict("read-0")).toMatchObject({ coverage: "covered" });
    line.feed(session("s", "session.start", 90));
    expect(line.finalVerdict("read-0")).toMatchObject({ coverage: "after-revocation" });
  });

  it("has nothing judged again where the lock was over before", () => {
    const line = lockedLine();
    line.feed(login(60), reads(200, 70));
    const counts = countReads(line.ledger);
    for (let i = 0; i < 20; i++) {
      line.feed(login(100 + i));
      line.feed(session(`s${i}`, "session.start", 100.5 + i));
      line.feed(session(`s${i}`, "session.end", 100.9 + i));
    }
    expect(readsOf(counts, "judgedBy")).toBeLessThan(100);
  });

  it.each([20, 200])("reads as little after %i logins as after one", (logins) => {
    const line = lockedLine();
    for (let i = 0; i < logins; i++)
      line.feed(login(60 + i), session(`s${i}`, "session.start", 60 + i));
    const counts = countReads(line.ledger);
    line.feed(login(1_000), approved("r2", { requested: 2_000, approved: 2_010 }));
    expect(readsOf(counts, "certificates", "sessions")).toBeLessThan(30);
  });
});
