import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import { approved, at, teleport } from "../../../support/correlate.ts";
import { createTestLine } from "../../../support/correlate-line.ts";
import { countReads, readsOf } from "../../../support/ledger-reads.ts";

const DANA = "dana@vendor.example";

/** A minute each, one after the other. */
function sessions(count: number): readonly NormalizedEvent[] {
  return Array.from({ length: count }, (_, i) => {
    const own = { user: DANA, sessionId: `s${i}`, protocol: "ssh", accessRequests: ["r1"] };
    const start = 20 + i * 60;
    return [
      teleport({ ...own, event: "session.start", at: start }),
      teleport({ ...own, event: "session.end", at: start + 50, sessionStart: at(start) }),
    ];
  }).flat();
}

function cutAt(seconds: number): NormalizedEvent {
  return teleport({ id: "cut", event: "client.disconnect", at: seconds, user: DANA });
}

describe("M2 a client.disconnect without a session id", () => {
  it.each([40, 400])("reads as little after %i sessions of that person as after one", (count) => {
    const line = createTestLine();
    line.feed(approved("r1", { expires: 1e6 }), sessions(count));
    const reads = countReads(line.ledger);
    line.feed(cutAt(20 + (count - 1) * 60 + 30));
    expect(readsOf(reads, "sessions", "sessionsByTime")).toBeLessThan(20);
    line.evidenceUpTo(1e6);
    expect(line.verdict("cut")).toMatchObject({ method: "session", grants: ["r1"] });
  });

  it("finds the sessions of a ledger of before they were found by time", () => {
    const line = createTestLine();
    const [start] = sessions(1);
    line.feed(approved("r1"), start === undefined ? [] : [start]);
    const { sessionsByTime, sessionsByStart } = line.ledger;
    for (const table of [sessionsByTime, sessionsByStart])
      for (const [key] of table.all()) table.remove(key);
    line.feed();
    const later = line.restart();
    later.feed(cutAt(60));
    later.evidenceUpTo(1e6);
    expect(later.verdict("cut")).toMatchObject({ method: "session", grants: ["r1"] });
  });
});
