import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import { UNRESOLVED } from "../../../../src/model/verdict.ts";
import {
  aPolicy,
  approved,
  factsOf,
  kubernetes,
  request,
  teleport,
} from "../../../support/correlate.ts";
import { createTestLine } from "../../../support/correlate-line.ts";

const dana = "dana@vendor.example";

function read(id: string, second = 20): ReturnType<typeof kubernetes> {
  return kubernetes({ id, at: second, user: dana, groups: ["v:viewers"] });
}

describe("hold and release", () => {
  it("H1 a vendor event is held until the watermark of the evidence has passed it", () => {
    const line = createTestLine();
    line.feed(read("e"));
    line.feed(approved("r1"));
    line.evidenceUpTo(20);
    expect(line.verdict("e")).toBeNull();
    expect(line.correlator.heldCount).toBe(1);
    line.evidenceUpTo(20.000001);
    expect(line.verdict("e")).toMatchObject({ grants: ["r1"], coverage: "covered" });
    expect(line.correlator.heldCount).toBe(0);
  });

  it("H1 an event that names ids is released when their records have come, before any watermark", () => {
    const line = createTestLine();
    const named = { user: dana, accessRequests: ["r1", "r2"] };
    line.feed(teleport({ ...named, id: "e", event: "session.rejected", at: 20 }));
    line.feed(approved("r1"));
    expect(line.verdict("e")).toBeNull();
    const { entries } = line.feed(approved("r2"));
    expect(entries.map(({ kind, event }) => [kind, event.id]).at(-1)).toEqual(["released", "e"]);
    expect(line.verdict("e")).toMatchObject({ grants: ["r1", "r2"] });
  });

  it("H1 an event that names ids which are open and known is not held at all", () => {
    const line = createTestLine();
    line.feed(approved("r1"));
    line.feed(
      teleport({ id: "e", event: "session.rejected", at: 20, user: dana, accessRequests: ["r1"] }),
    );
    expect(line.verdict("e")).toMatchObject({ grants: ["r1"] });
  });

  it("H1 an approval whose request was not read yet settles nothing: its roles are not known", () => {
    const line = createTestLine();
    const [created, update] = approved("r1");
    const kube = { protocol: "kube", method: "POST", target: { kind: "pods" } };
    const named = { event: "kube.request", at: 20, user: dana, accessRequests: ["r1"], ...kube };
    line.feed(update ?? []);
    line.feed(teleport({ ...named, id: "e" }));
    expect(line.verdict("e")).toBeNull();
    line.feed(created ?? []);
    expect(line.verdict("e")).toMatchObject({ grants: ["r1"], coverage: "outside-role" });
  });

  it("H1 a session event waits for the start of its session", () => {
    const line = createTestLine();
    line.feed(approved("r1"));
    const session = { user: dana, sessionId: "s", accessRequests: ["r1"] };
    line.feed(teleport({ ...session, id: "exec", event: "exec", at: 30 }));
    expect(line.verdict("exec")).toBeNull();
    line.feed(teleport({ ...session, id: "start", event: "session.start", at: 20 }));
    expect(line.verdict("exec")).toMatchObject({ grants: ["r1"] });
  });

  it("H1 a session event without ids waits too, since its start may list them", () => {
    const line = createTestLine();
    line.feed(approved("r1"));
    const session = { user: dana, sessionId: "s" };
    line.feed(teleport({ ...session, id: "exec", event: "exec", at: 30 }));
    expect(line.verdict("exec")).toBeNull();
    line.feed(teleport({ ...session, event: "session.start", at: 20, accessRequests: ["r1"] }));
    expect(line.verdict("exec")).toMatchObject({ grants: ["r1"], method: "session" });
  });

  it("H1 a disconnect waits for the watermark, since what it cut may still come to light", () => {
    const line = createTestLine();
    line.feed(approved("r1"));
    line.feed(teleport({ id: "cut", event: "client.disconnect", at: 30, user: dana }));
    expect(line.verdict("cut")).toBeNull();
    const start = { event: "session.start", at: 20, user: dana, sessionId: "s" };
    line.feed(teleport({ ...start, accessRequests: ["r1"] }));
    line.evidenceUpTo(100);
    expect(line.verdict("cut")).toMatchObject({ grants: ["r1"], method: "session" });
  });

  it("H1 an event at the very time of the watermark is held: as early a record may still come", () => {
    const line = createTestLine();
    line.feed(read("before"));
    line.evidenceUpTo(20);
    line.feed(read("e"));
    expect(line.verdict("e")).toBeNull();
  });

  it("H1 within a batch what proves counts before what is proved", () => {
    const line = createTestLine();
    const session = { user: dana, sessionId: "s", accessRequests: ["r1"] };
    line.feed(
      teleport({ ...session, id: "exec", event: "exec", at: 30 }),
      teleport({ ...session, id: "start", event: "session.start", at: 20 }),
      ...approved("r1"),
    );
    expect(line.correlator.heldCount).toBe(0);
  });

  it("H1 after holdFor of wall time it is released, counted only while the evidence is idle", () => {
    const line = createTestLine();
    line.feed(read("e"));
    line.passTime(500_000);
    line.advance({ isEvidenceIdle: false });
    line.passTime(500_000);
    line.advance({ isEvidenceIdle: true });
    expect(line.verdict("e")).toBeNull();
    line.passTime(119_999);
    line.advance({ isEvidenceIdle: true });
    expect(line.verdict("e")).toBeNull();
    line.passTime(1);
    line.advance({ isEvidenceIdle: true });
    expect(line.verdict("e")).toMatchObject({ coverage: "uncovered" });
  });

  it("H1 the wait of an event begins when it came, however long the evidence was idle before", () => {
    const line = createTestLine();
    line.advance({ isEvidenceIdle: true });
    line.passTime(500_000);
    line.feed(read("e"));
    line.advance({ isEvidenceIdle: true });
    expect(line.verdict("e")).toBeNull();
  });

  it.each([2, 3])(
    "H1 of %i held events as many stay as heldEventsMax, the oldest goes first",
    (n) => {
      const hold = { ...aPolicy().hold, heldEventsMax: 2 };
      const line = createTestLine({ policy: aPolicy({ hold }) });
      for (let i = 0; i < n; i++) line.feed(read(`e${i}`));
      expect(line.correlator.heldCount).toBe(2);
      expect(line.verdict("e0")?.coverage).toBe(n === 3 ? "uncovered" : undefined);
    },
  );

  it("H1 none is lost where the ledger has room for one more than may wait", () => {
    const hold = { ...aPolicy().hold, heldEventsMax: 2 };
    const rowsMax = { holds: 3, heldEvents: 3, heldOriginals: 3 };
    const line = createTestLine({ policy: aPolicy({ hold }), rowsMax });
    const ids = Array.from({ length: 40 }, (_, n) => `e${n}`);
    line.feed(ids.slice(0, 20).map((id) => read(id)));
    for (const id of ids.slice(20)) line.feed(read(id));
    line.evidenceUpTo(100);
    expect(ids.filter((id) => line.verdict(id) === null)).toEqual([]);
    expect(line.correlator.heldCount).toBe(0);
  });

  it("H1 one that the ledger does not have any more is not counted as held for ever", () => {
    const line = createTestLine();
    line.feed(read("e"));
    line.ledger.heldEvents.remove("e");
    line.evidenceUpTo(100);
    expect(line.correlator.heldCount).toBe(0);
  });

  it("H1 what a start finds held above heldEventsMax goes in the first round, the oldest first", () => {
    const hold = { ...aPolicy().hold, heldEventsMax: 4 };
    const line = createTestLine({ policy: aPolicy({ hold }) });
    for (let i = 0; i < 4; i++) line.feed(read(`e${i}`));
    hold.heldEventsMax = 1;
    const again = line.restart();
    expect(again.correlator.heldCount).toBe(4);
    again.advance({});
    expect(again.correlator.heldCount).toBe(1);
    expect(again.verdict("e2")?.coverage).toBe("uncovered");
    expect(again.verdict("e3")).toBeNull();
  });

  it("H2 with all evidence at its end every event is decided at once", () => {
    const line = createTestLine();
    line.advance({ evidence: Infinity });
    line.feed(approved("r1"));
    line.feed(read("e"));
    expect(line.verdict("e")).toMatchObject({ grants: ["r1"] });
    expect(line.journal.some(({ kind }) => kind === "held")).toBe(false);
  });

  it("H2 at the end of all input nothing stays held", () => {
    const line = createTestLine();
    line.feed(read("a"), kubernetes({ id: "b", at: 1, user: dana, stage: "RequestReceived" }));
    line.advance({ evidence: Infinity, isEvidenceIdle: true });
    expect(line.correlator.heldCount).toBe(0);
  });

  it("H3 a held event is journaled as held with no verdict, and once more as released with one", () => {
    const line = createTestLine();
    const event = read("e");
    line.feed(event);
    line.evidenceUpTo(100);
    expect(line.journal.map(({ kind, event: { id } }) => [kind, id])).toEqual([
      ["held", "e"],
      ["released", "e"],
      ["event", line.findings()[0]?.id],
    ]);
    expect(line.journal[1]?.event).toMatchObject({
      ...event.event,
      labels: { stream: "logs-audit-kube-api", vendor: "example-cloud" },
      verdict: { coverage: "uncovered" },
    });
    expect(line.journal[1]?.streams).toEqual(["logs-audit-kube-api", "logs-support-access"]);
  });

  it("H3 a released event leaves nothing of its hold behind", () => {
    const line = createTestLine();
    line.feed(read("e"));
    line.evidenceUpTo(100);
    expect([line.ledger.holds.all(), line.ledger.heldEvents.all()]).toEqual([[], []]);
  });

  it("H3 a copy of a vendor's event is a duplicate, in one batch or in another", () => {
    const line = createTestLine();
    line.advance({ evidence: Infinity });
    const event = read("e");
    expect(line.feed(event, event)).toMatchObject({ duplicates: 1 });
    expect(line.feed(event)).toEqual({ entries: [], duplicates: 1 });
  });

  it("H3 a copy of a held event is a duplicate", () => {
    const line = createTestLine();
    const event = read("e");
    line.feed(event);
    expect(line.feed(event)).toEqual({ entries: [], duplicates: 1 });
  });

  it("H3 a wait survives a restart, and the released event is whole", () => {
    const before = createTestLine();
    const event = read("e");
    before.feed(event);
    const after = before.restart();
    expect(after.correlator.heldCount).toBe(1);
    after.feed(approved("r1"));
    after.evidenceUpTo(100);
    const released = after.journal.at(-1);
    expect(released).toMatchObject({ kind: "released", event: { verdict: { grants: ["r1"] } } });
    expect(Buffer.from(released?.event.original?.bytes ?? [])).toEqual(
      Buffer.from(event.event.original?.bytes ?? []),
    );
  });

  it("H3 a restart between release and commit releases it again, with the evidence there is", () => {
    const before = createTestLine();
    before.feed(read("e"));
    before.feedOnly(...approved("r1"));
    const after = before.restart();
    after.feed(request("r1", "create", { at: 0, user: dana, roles: ["viewer"] }));
    after.evidenceUpTo(100);
    expect(after.verdict("e")).toMatchObject({ coverage: "before-approval", related: ["r1"] });
  });

  it("H3 a held event whose facts cannot be had any more is released as unresolved", () => {
    let isLost = false;
    const line = createTestLine({ factsOf: (event) => (isLost ? null : factsOf(event)) });
    line.feed(read("e"));
    isLost = true;
    line.evidenceUpTo(100);
    expect(line.verdict("e")).toEqual(UNRESOLVED);
    expect(line.correlator.heldCount).toBe(0);
  });

  it.each([5_000, 5_001])(
    "of %i that are due 5,000 go in one call, and the rest in the next",
    (count) => {
      const line = createTestLine({
        policy: aPolicy({ hold: { ...aPolicy().hold, heldEventsMax: 9_000 } }),
      });
      const user = { user: "dana@vendor.example", groups: ["v:viewers"] };
      line.feed(Array.from({ length: count }, () => kubernetes({ at: 20, ...user })));
      const released = (): number =>
        line.evidenceUpTo(100).entries.filter(({ kind }) => kind === "released").length;
      expect(released()).toBe(5_000);
      expect(released()).toBe(count - 5_000);
      expect(line.correlator.heldCount).toBe(0);
    },
  );

  it("of large events so many go in one call as have 4 MiB", () => {
    const line = createTestLine();
    const large = (id: string): NormalizedEvent => {
      const { event, facts } = kubernetes({ id, at: 20, user: "dana@vendor.example" });
      const bytes = Buffer.concat([
        event.original?.bytes ?? Buffer.alloc(0),
        Buffer.alloc(MIB, " "),
      ]);
      return {
        event: { ...event, original: { bytes, sha256: id, truncatedFromBytes: null } },
        facts,
      };
    };
    line.feed(["a", "b", "c", "d", "e"].map(large));
    const released = (): number =>
      line.evidenceUpTo(100).entries.filter(({ kind }) => kind === "released").length;
    expect([released(), released(), released()]).toEqual([4, 1, 0]);
  });
});

const MIB = 1024 * 1024;
