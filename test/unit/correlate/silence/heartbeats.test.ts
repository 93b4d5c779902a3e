import { describe, expect, it } from "vitest";
import type { AuditEvent } from "../../../../src/model/generated/audit-event.ts";
import { STREAMS } from "../../../../src/model/stream.ts";
import { MICROS_PER_MS } from "../../../../src/model/time.ts";
import { aPolicy, approved, at, kubernetes } from "../../../support/correlate.ts";
import { createTestLine, type TestLine } from "../../../support/correlate-line.ts";

const INTERVAL_MS = 300_000;

function lineOf(heartbeatMs: number | null = INTERVAL_MS): TestLine {
  return createTestLine({
    policy: aPolicy({ silence: { afterMs: 900_000, speaking: [], heartbeatMs } }),
  });
}

function heartbeats(line: TestLine, stream?: string): readonly AuditEvent[] {
  return line.journal
    .map(({ event }) => event)
    .filter(
      ({ action, labels }) =>
        action.name === "heartbeat" && (stream ?? labels["stream"]) === labels["stream"],
    );
}

const KUBE = "logs-audit-kube-api";
const source = { name: "source", dialect: "kubernetes-audit", cluster: "prod" } as const;

function advance(line: TestLine): void {
  line.advance({ evidence: at(50), sources: [{ source, watermark: at(42) }] });
}

describe("the heartbeat of a stream", () => {
  it("comes once in each interval, in the stream and in no other, and does not depend on when in it", () => {
    const line = lineOf();
    for (let minute = 0; minute < 11; minute++) {
      advance(line);
      line.passTime(60_000);
    }
    const times = new Set(heartbeats(line).map(({ occurredAt }) => occurredAt));
    expect([...times].every((time) => time % (INTERVAL_MS * MICROS_PER_MS) === 0)).toBe(true);
    for (const stream of STREAMS) expect(heartbeats(line, stream)).toHaveLength(times.size);
    const entry = line.journal.find(({ event }) => event.labels["stream"] === KUBE);
    expect(entry).toMatchObject({ kind: "event", streams: [KUBE] });
    expect(new Set(heartbeats(line).map(({ id }) => id)).size).toBe(times.size * STREAMS.length);
    const other = lineOf();
    other.passTime(30_000);
    advance(other);
    expect(heartbeats(other)[0]?.id).toBe(heartbeats(line)[0]?.id);
  });

  it("carries what the stream has carried so far, and how far its sources have come", () => {
    const line = lineOf();
    advance(line);
    line.feed(kubernetes({ at: 10, user: "node" }), kubernetes({ at: 11, user: "node" }));
    line.feed(approved("r1"));
    line.passTime(INTERVAL_MS);
    advance(line);
    expect(heartbeats(line, KUBE).map(({ labels }) => labels)).toMatchObject([
      { events: "0" },
      { events: "2", watermark: expect.stringMatching(/^2026-.*Z$/) as string },
    ]);
    expect(heartbeats(line, "logs-grants").at(-1)?.labels).toMatchObject({ events: "2" });
    expect(heartbeats(line, "logs-support-access").at(-1)?.labels).toMatchObject({ events: "2" });
    expect(heartbeats(line, "logs-audit-teleport").at(-1)?.labels["watermark"]).toBeUndefined();
  });

  it("counts an event that waits when it is released", () => {
    const line = lineOf();
    line.feed(
      kubernetes({ id: "held", at: 60, user: "dana@vendor.example", groups: ["v:viewers"] }),
    );
    expect(line.verdict("held")).toBeNull();
    advance(line);
    expect(heartbeats(line, KUBE).at(-1)?.labels).toMatchObject({ events: "0" });
    line.evidenceUpTo(100);
    line.passTime(INTERVAL_MS);
    advance(line);
    expect(heartbeats(line, KUBE).at(-1)?.labels).toMatchObject({ events: "1" });
  });

  it("goes on counting after a restart, makes none twice, and none for the time in which nobody ran", () => {
    const line = lineOf();
    line.feed(kubernetes({ at: 10, user: "node" }));
    advance(line);
    for (const again of [line.restart(), line.rebuild()]) {
      advance(again);
      expect(heartbeats(again, KUBE)).toHaveLength(1);
      again.feed(kubernetes({ at: 11, user: "node" }));
      again.passTime(5 * INTERVAL_MS);
      advance(again);
      expect(heartbeats(again, KUBE).map(({ labels }) => labels["events"])).toEqual(["1", "2"]);
    }
  });

  it("does not come where none is configured", () => {
    const line = lineOf(null);
    line.passTime(10 * INTERVAL_MS);
    advance(line);
    expect(heartbeats(line)).toEqual([]);
  });
});
