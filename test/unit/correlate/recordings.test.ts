import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "../../../src/model/normalization.ts";
import type { TeleportFacts } from "../../../src/model/facts.ts";
import { approved, teleport } from "../../support/correlate.ts";
import { createTestLine, type TestLine } from "../../support/correlate-line.ts";

const dana = "dana@vendor.example";

function lineAtEnd(): TestLine {
  const line = createTestLine();
  line.advance({ evidence: Infinity });
  line.feed(approved("r1"));
  return line;
}

function start(id: string, facts: Partial<Omit<TeleportFacts, "method">>): NormalizedEvent {
  return teleport({ id, event: "session.start", at: 20, user: dana, sessionId: "s", ...facts });
}

/** Output of the session: it names neither person nor request. */
function output(id: string): NormalizedEvent {
  return teleport({ id, event: "print", at: 30, sessionId: "s", isRecorded: true });
}

const FORGED = start("forged", { isRecorded: true, accessRequests: ["r1"], user: dana });
const LOGGED = start("logged", { accessRequests: [] });

describe("what a session recording proves", () => {
  it("terminal output has the grants of its session's start, also where only the recording has it", () => {
    const line = lineAtEnd();
    line.feed(start("start", { isRecorded: true, accessRequests: ["r1"] }), output("print"));
    expect(line.verdict("print")).toMatchObject({
      method: "session",
      coverage: "covered",
      grants: ["r1"],
    });
  });

  it.each([
    ["before", [FORGED, LOGGED]],
    ["after", [LOGGED, FORGED]],
  ])(
    "a start in a recording that is read %s the log's puts no session under a grant",
    (_, starts) => {
      const line = lineAtEnd();
      for (const event of starts) line.feed(event);
      line.feed(output("print"));
      expect(line.verdict("print")?.grants).toEqual([]);
      const again = line.rebuild();
      again.advance({ evidence: Infinity });
      again.feed(output("later"));
      expect(again.verdict("later")?.grants).toEqual([]);
    },
  );

  it("no grant is opened by a request's approval in a recording, and no lock is lifted", () => {
    const line = createTestLine();
    line.advance({ evidence: Infinity });
    line.feed(
      approved("r1").map(({ event, facts }) => ({
        event,
        facts: facts?.dialect === "teleport" ? { ...facts, isRecorded: true } : facts,
      })),
    );
    line.feed(start("start", { accessRequests: ["r1"] }));
    expect(line.verdict("start")?.coverage).not.toBe("covered");
  });

  it("a record of a newer Teleport is the event that the log has, whichever comes first", () => {
    const inLog = start("t", { contentDigest: "known:rest" });
    const recorded = start("t", { contentDigest: "known:*", isRecorded: true });
    for (const [first, second] of [
      [inLog, recorded],
      [recorded, inLog],
    ] as const) {
      const line = lineAtEnd();
      line.feed(first);
      expect(line.feed(second)).toEqual({ entries: [], duplicates: 1 });
      expect(line.findings("event-id-reused")).toEqual([]);
    }
  });

  it.each(["other:*", "other", "known"])(
    "a record with other content is kept beside the log's event, and raises event-id-reused (%s)",
    (contentDigest) => {
      const line = lineAtEnd();
      line.feed(start("t", { contentDigest: "known:rest" }));
      line.feed(start("t", { contentDigest, isRecorded: true }));
      expect(line.findings("event-id-reused")).toHaveLength(1);
    },
  );
});
