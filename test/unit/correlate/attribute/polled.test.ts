import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import { revisionId } from "../../../../src/correlate/revise/revision.ts";
import { AGENT, approved, kubernetes, teleport } from "../../../support/correlate.ts";
import { createTestLine, type TestLine } from "../../../support/correlate-line.ts";
import { countReads, readsOf } from "../../../support/ledger-reads.ts";

const DANA = "dana@vendor.example";
const GRANTS = ["r1", "r2", "r3"].map((id) => approved(id, { roles: ["viewer", "admin"] }));
/** Five hundred a second. */
const STEP = 0.002;

interface Poll {
  readonly request: NormalizedEvent;
  readonly record: NormalizedEvent;
  readonly grant: string;
}

/** One path, polled: each with a record of its own, 0.4 ms later, which lists one of three requests. */
function polls(count: number, isNarrowed = false): readonly Poll[] {
  return Array.from({ length: count }, (_, i) => {
    const at = 20 + i * STEP;
    const grant = `r${1 + (i % 3)}`;
    const groups = i % 7 === 0 ? ["v:viewers", "v:base"] : ["v:viewers"];
    const request = kubernetes({
      id: `request-${i}`,
      at,
      user: AGENT,
      as: DANA,
      asGroups: groups,
      uri: "/api/v1/pods",
    });
    const record = teleport({
      id: `record-${i}`,
      event: "kube.request",
      at: at + 0.0004,
      user: DANA,
      method: "GET",
      requestPath: "/api/v1/pods",
      accessRequests: [grant],
      kubernetesGroups: isNarrowed ? [...groups, "v:admins"] : groups,
      kubernetesCluster: "prod",
      protocol: "kube",
      target: { kind: "pods" },
    });
    return { request, record, grant };
  });
}

function grantsOf(line: TestLine, all: readonly Poll[]): readonly unknown[] {
  return all.map((_, i) => line.finalVerdict(`request-${i}`)?.grants);
}

function live(): TestLine {
  const line = createTestLine();
  line.feed(GRANTS.flat());
  return line;
}

describe("M4 a path that somebody polls hundreds of times a second", () => {
  it.each([
    ["with the groups of Teleport's record", false],
    ["with fewer groups", true],
  ])("is joined record by record, %s", (_, isNarrowed) => {
    const line = live();
    const all = polls(700, isNarrowed);
    for (const { request, record } of all) line.feed(request, record);
    line.advance({ evidence: Infinity, isEvidenceIdle: true });
    expect(grantsOf(line, all)).toEqual(all.map(({ grant }) => [grant]));
  });

  it("H4 is joined the same in whatever order its records come", () => {
    const all = polls(110);
    const some = [
      ...all.map(({ request }) => request),
      ...all.filter((_, i) => i % 3 > 0).map(({ record }) => record),
    ];
    const shuffled = some.map((_, i) => some[(i * 101) % some.length] ?? []).flat();
    const ends = [some, some.toReversed(), shuffled].map((order) => {
      const line = live();
      line.advance({ evidence: Infinity, isEvidenceIdle: true, hasEnded: false });
      for (const event of order) line.feed(event);
      line.advance({ evidence: Infinity, isEvidenceIdle: true });
      return some.map(({ event }) => line.finalVerdict(event.id));
    });
    expect(ends[1]).toEqual(ends[0]);
    expect(ends[2]).toEqual(ends[0]);
  });

  it.each([
    ["with the groups of Teleport's record", false],
    ["with fewer groups", true],
  ])("costs as much for the thousandth request as for the hundredth, %s", (_, isNarrowed) => {
    const line = live();
    line.advance({ evidence: Infinity, isEvidenceIdle: true, hasEnded: false });
    const all = polls(1_000, isNarrowed);
    const counts = countReads(line.ledger);
    const costs = [100, 1_000].map((upTo, index) => {
      const before = readsOf(counts);
      for (const { request, record } of all.slice(index * 100, upTo)) line.feed(request, record);
      return (readsOf(counts) - before) / (upTo - index * 100);
    });
    const [first = 0, later = 0] = costs;
    expect(later).toBeLessThan(2 * first);
  });

  it("H1 is released request by request, each when its own record has come, and not revised then", () => {
    const line = live();
    const all = polls(300);
    behind(line, all, 100);
    line.advance({ evidence: Infinity, isEvidenceIdle: true });
    expect(grantsOf(line, all)).toEqual(all.map(({ grant }) => [grant]));
    // Before there are many, what is near counts as the nearest.
    const later = all.slice(130).map(({ request }) => revisionId(request.event.id, 1));
    expect(line.journal.filter(({ event }) => later.includes(event.id))).toEqual([]);
  });

  it("H1 costs as much when Teleport's log is far behind as when it is a little behind", () => {
    const costs = [70, 210].map((lag) => {
      const line = live();
      const all = polls(400);
      const counts = countReads(line.ledger);
      behind(line, all, lag);
      return readsOf(counts);
    });
    const [near = 0, far = 0] = costs;
    expect(far).toBeLessThan(1.5 * near);
  });
});

/** Teleport's log is so many records behind the API server's. */
function behind(line: TestLine, all: readonly Poll[], lag: number): void {
  for (const [i, { request }] of all.entries()) {
    const record = all[i - lag]?.record;
    line.feed(request, record === undefined ? [] : [record]);
  }
  for (const { record } of all.slice(-lag)) line.feed(record);
}
