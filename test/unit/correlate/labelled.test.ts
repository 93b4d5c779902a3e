import { describe, expect, it } from "vitest";
import type { AuditEvent } from "../../../src/model/generated/audit-event.ts";
import type { NormalizedEvent } from "../../../src/model/normalization.ts";
import { formatTime } from "../../../src/model/time.ts";
import { factsOf } from "../../../src/normalize/normalizers.ts";
import { createTestLine, type TestLine } from "../../support/correlate-line.ts";
import { eventsOf, linesOf, normalizers, SETS } from "../../support/labelled.ts";

interface Expected {
  readonly key: string;
  readonly scenario: string;
  readonly grants: readonly string[];
  readonly related: readonly string[];
  readonly coverage: string;
}

/** As the labels name an event. */
function keyOf({ detail, id }: AuditEvent): string {
  if (detail !== null && "kubernetes" in detail) {
    const { auditId, stage, stageTimestamp } = detail.kubernetes;
    return `${auditId} ${stage} ${formatTime(stageTimestamp ?? 0)}`;
  }
  if (detail !== null && "teleport" in detail) return detail.teleport.uid ?? id;
  return id;
}

type Order = (
  line: TestLine,
  records: {
    readonly teleport: readonly NormalizedEvent[];
    readonly kubernetes: readonly NormalizedEvent[];
  },
) => TestLine;

const ORDERS: readonly (readonly [string, Order])[] = [
  [
    "when the evidence comes first",
    (line, { teleport, kubernetes }) => {
      line.feed(teleport);
      line.feed(kubernetes);
      return line;
    },
  ],
  [
    "when the evidence comes last, backwards and one by one",
    (line, { teleport, kubernetes }) => {
      line.feed(kubernetes);
      for (const event of teleport.toReversed()) line.feed(event);
      return line;
    },
  ],
  [
    "when the process ends after every few records",
    (line, { teleport, kubernetes }) => {
      let current = line;
      for (let i = 0; i < Math.max(teleport.length, kubernetes.length); i += 40) {
        current.feed(kubernetes.slice(i, i + 40));
        current.feed(teleport.slice(i, i + 40));
        current = current.restart();
      }
      return current;
    },
  ],
];

describe.each(SETS)("the labelled records of %s", (set, cluster, policy) => {
  it.each(ORDERS)("have their labels %s", async (_, order) => {
    const teleport = await eventsOf(set, { dialect: "teleport", cluster: null });
    const kubernetes = await eventsOf(set, { dialect: "kubernetes-audit", cluster });
    const expected = (await linesOf(set, "expected.ndjson")).map((l) => JSON.parse(l) as Expected);
    const start = createTestLine({ policy, factsOf: (event) => factsOf(normalizers, event) });
    const line = order(start, { teleport, kubernetes });
    line.advance({ evidence: Infinity, isEvidenceIdle: true });

    const seen = new Map<string, AuditEvent>();
    for (const { kind, event } of line.journal) if (kind !== "held") seen.set(keyOf(event), event);
    const labelled = new Set<string>();
    for (const { key, scenario, grants, related, coverage } of expected) {
      labelled.add(key);
      const verdict = seen.get(key)?.verdict;
      const got = [scenario, key, verdict?.grants, verdict?.coverage];
      expect(got).toEqual([scenario, key, grants, coverage]);
      if (related.length > 0) expect([key, verdict?.related]).toEqual([key, related]);
    }
    const background = kubernetes.filter(({ event }) => !labelled.has(keyOf(event)));
    expect(background.length).toBeGreaterThan(5);
    for (const { event } of background) {
      const { verdict, labels } = seen.get(keyOf(event)) ?? event;
      expect([labels["vendor"], verdict.grants]).toEqual([undefined, []]);
      expect(["not-vendor", "unresolved"]).toContain(verdict.coverage);
    }
    const innocent = new Set(background.map(({ event }) => event.id));
    const accused = line
      .findings()
      .flatMap(({ detail }) => (detail !== null && "finding" in detail ? [detail.finding] : []))
      .filter(
        ({ rule, evidence }) =>
          rule !== "authentication-failed" && evidence.some((id) => innocent.has(id)),
      );
    expect(accused).toEqual([]);
  });
});
