import { describe, expect, it } from "vitest";
import type { AuditEvent } from "../../../../src/model/generated/audit-event.ts";
import { AGENT, approved, kubernetes, request, teleport } from "../../../support/correlate.ts";
import { createTestLine, type TestLine } from "../../../support/correlate-line.ts";

const DANA = "dana@vendor.example";

/** A line on which all evidence is taken to have come: whatever comes is late. */
function lateLine(): TestLine {
  const line = createTestLine();
  line.advance({ evidence: Infinity, isEvidenceIdle: true, hasEnded: false });
  return line;
}

function revisionsOf(line: TestLine, id: string): readonly AuditEvent[] {
  return line.journal
    .map(({ event }) => event)
    .filter(
      ({ detail }) => detail !== null && "revision" in detail && detail.revision.eventId === id,
    );
}

describe("H3 evidence that comes late", () => {
  it("makes a revision with a number, the verdict before and the one that counts now, behind the event", () => {
    const line = lateLine();
    line.feed(kubernetes({ id: "list", at: 20, user: DANA, groups: ["v:viewers"] }));
    expect(line.verdict("list")).toMatchObject({ coverage: "uncovered" });
    line.feed(approved("r1"));
    const [first, ...more] = revisionsOf(line, "list");
    expect(more).toEqual([]);
    expect(first).toMatchObject({
      detail: { revision: { eventId: "list", number: 1, previous: { coverage: "uncovered" } } },
      verdict: { coverage: "covered", grants: ["r1"], method: "window" },
      original: null,
    });
    const order = line.journal.map(({ event }) => event.id);
    expect(order.indexOf(first?.id ?? "")).toBeGreaterThan(order.indexOf("list"));
  });

  it("holds up what comes one by one for few of the events that it changes, and has the rest judged again by and by", () => {
    const line = lateLine();
    const ids = Array.from({ length: 600 }, (_, n) => `list${n}`);
    for (const id of ids) line.feed(kubernetes({ id, at: 20, user: DANA, groups: ["v:viewers"] }));
    const isRevised = (id: string): boolean => revisionsOf(line, id).length > 0;
    for (const event of approved("r1")) line.feed(event);
    expect(ids.filter(isRevised).length).toBeLessThanOrEqual(20);
    line.advance({ evidence: Infinity });
    expect(ids.filter(isRevised).length).toBeLessThanOrEqual(270);
    while (line.correlator.reviewCount > 0) line.advance({ evidence: Infinity });
    expect(ids.filter(isRevised)).toEqual(ids);
  });

  it.each([
    [249, 249],
    [250, 250],
    [251, 250],
  ])("has at most 250 judged again at once: of %i that are left %i", (count, judged) => {
    const line = lateLine();
    const ids = Array.from({ length: count + 20 }, (_, n) => `list${n}`);
    line.feed(ids.map((id) => kubernetes({ id, at: 20, user: DANA, groups: ["v:viewers"] })));
    const revised = (): number => ids.filter((id) => revisionsOf(line, id).length > 0).length;
    // Each of these has ten of them judged again.
    for (const event of approved("r1")) line.feed(event);
    const before = revised();
    expect(ids.length - before).toBe(count);
    line.advance({ evidence: Infinity });
    expect(revised() - before).toBe(judged);
  });

  it("revises in every stream of the event", () => {
    const line = lateLine();
    line.feed(kubernetes({ id: "list", at: 20, user: DANA, groups: ["v:viewers"] }));
    line.feed(approved("r1"));
    const of = (id: string): readonly string[] =>
      line.journal.find(({ event }) => event.id === id)?.streams ?? [];
    expect(of(revisionsOf(line, "list")[0]?.id ?? "")).toEqual(of("list"));
    expect(of("list")).toContain("logs-support-access");
  });

  it("counts on, and says nothing where the same evidence comes again", () => {
    const line = lateLine();
    const grant = approved("r1");
    line.feed(kubernetes({ id: "list", at: 20, user: DANA, groups: ["v:viewers"] }));
    line.feed(grant);
    line.feed(grant);
    line.feed(request("r1", "delete", { at: 15 }));
    const numbers = revisionsOf(line, "list").map(
      ({ detail }) => detail !== null && "revision" in detail && detail.revision.number,
    );
    expect(numbers).toEqual([1, 2]);
    expect(line.finalVerdict("list")).toMatchObject({
      coverage: "after-revocation",
      related: ["r1"],
    });
  });

  it("leaves alone what it cannot change", () => {
    const line = lateLine();
    line.feed(approved("r1"));
    line.feed(kubernetes({ id: "list", at: 20, user: DANA, groups: ["v:viewers"] }));
    line.feed(approved("r2", { user: "eve@vendor.example" }));
    line.feed(approved("r3", { requested: 500, approved: 510 }));
    expect(revisionsOf(line, "list")).toEqual([]);
  });

  it.each<[string, (line: TestLine) => void, string]>([
    [
      "a session's start reaches its other events",
      (line) => {
        line.feed(approved("r1"));
        line.feed(teleport({ id: "e", event: "session.upload", at: 60, sessionId: "s" }));
        line.feed(
          teleport({
            event: "session.start",
            at: 20,
            user: DANA,
            sessionId: "s",
            accessRequests: ["r1"],
          }),
        );
      },
      "covered",
    ],
    [
      "a lock reaches what was done under it",
      (line) => {
        line.feed(approved("r1"));
        line.feed(kubernetes({ id: "e", at: 60, user: DANA, groups: ["v:viewers"] }));
        line.feed(
          teleport({
            event: "lock.created",
            at: 30,
            lock: {
              name: "l",
              expires: null,
              target: { user: null, role: "viewer", accessRequest: null },
            },
          }),
        );
      },
      "after-revocation",
    ],
    [
      "the deletion of a user reaches what they did afterwards",
      (line) => {
        line.feed(approved("r1"));
        line.feed(kubernetes({ id: "e", at: 60, user: DANA, groups: ["v:viewers"] }));
        line.feed(teleport({ event: "user.delete", at: 30, resourceName: DANA }));
      },
      "after-revocation",
    ],
    [
      "the deletion of a binding reaches what hung on it",
      (line) => {
        line.feed(approved("r1", { roles: ["admin"] }));
        line.feed(kubernetes({ id: "e", at: 60, user: DANA, groups: ["v:admins"] }));
        line.feed(
          kubernetes({
            at: 30,
            user: "root",
            verb: "delete",
            resource: "clusterroles.rbac.authorization.k8s.io",
            name: "vendor-admin",
          }),
        );
      },
      "after-revocation",
    ],
    [
      "a holder of a shared role makes it nobody's in particular",
      (line) => {
        line.feed(approved("r1", { roles: ["oncall"] }));
        line.feed(
          kubernetes({ id: "e", at: 60, user: AGENT, as: "vendor-oncall", asGroups: ["v:admins"] }),
        );
        line.feed(approved("r2", { roles: ["oncall"], user: "eve@vendor.example" }));
      },
      "ambiguous",
    ],
    [
      "a certificate of one of the organization's people clears what the agent did for them (W4)",
      (line) => {
        line.feed(kubernetes({ id: "e", at: 60, user: AGENT, as: "wei@acme.example" }));
        line.feed(
          teleport({
            event: "cert.create",
            at: 12,
            certificate: {
              user: "wei@acme.example",
              roles: [],
              accessRequests: [],
              kubernetesUsers: [],
              kubernetesGroups: [],
              kubernetesCluster: null,
              expires: null,
            },
          }),
        );
      },
      "not-vendor",
    ],
  ])("%s", (_, tell, coverage) => {
    const line = lateLine();
    tell(line);
    expect(line.verdict("e")?.coverage).not.toBe(coverage);
    expect(line.finalVerdict("e")?.coverage).toBe(coverage);
  });

  it("moves what was counted for a grant", () => {
    const line = lateLine();
    line.feed(approved("r1"));
    line.feed(kubernetes({ id: "list", at: 20, user: DANA, groups: ["v:viewers"] }));
    expect(line.ledger.counts.get("r1")).toEqual({ covered: 1 });
    line.feed(request("r1", "delete", { at: 15 }));
    expect(line.ledger.counts.get("r1")).toEqual({ "after-revocation": 1 });
  });

  it("is not forgotten by a crash between the evidence and the revision", () => {
    const line = lateLine();
    line.feed(kubernetes({ id: "list", at: 20, user: DANA, groups: ["v:viewers"] }));
    const restarted = line.restart();
    restarted.advance({ evidence: Infinity, isEvidenceIdle: true, hasEnded: false });
    restarted.feed(approved("r1"));
    expect(restarted.finalVerdict("list")).toMatchObject({ coverage: "covered" });
    const rebuilt = restarted.rebuild();
    rebuilt.advance({ evidence: Infinity, isEvidenceIdle: true, hasEnded: false });
    expect(revisionsOf(rebuilt, "list")).toHaveLength(1);
  });
});
