import * as fc from "fast-check";
import type { AuditEvent } from "../../src/model/generated/audit-event.ts";
import { COVERAGES, METHODS } from "../../src/model/verdict.ts";
import { anEvent } from "./entries.ts";

/** Text as origins write it, once it is well-formed: mostly short, sometimes long, sometimes of other scripts. */
const text = fc.oneof(
  fc.constantFrom("", "pods", "ada@acme.example", "€", "\u0000", "a".repeat(127), "ß".repeat(64)),
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 300 }).map((value) => value.toWellFormed()),
  fc.integer({ min: 100, max: 20_000 }).map((length) => "x".repeat(length)),
);
const optional = fc.option(text);
const list = fc.array(text, { maxLength: 4 });
const micros = fc.oneof(
  fc.constantFrom(0, 1, 1_795_315_880_736_383, Number.MAX_SAFE_INTEGER, -1),
  fc.integer({ min: 0, max: 2 ** 52 }),
);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  text.map((value) => new Uint8Array(Buffer.from(value))),
);

const WINDOW = { method: "window", coverage: "covered" };

const detail: fc.Arbitrary<AuditEvent["detail"]> = fc.oneof(
  fc.constant(null),
  fc.constant({ unreadable: { dialect: "teleport", why: "it is cut off" } }),
  fc.record({
    finding: fc.record({
      rule: text,
      severity: fc.constantFrom("info", "low", "medium", "high", "critical", "unheard-of"),
      evidence: list,
      grants: list,
      subject: optional,
      number: fc.integer({ min: 1 }),
      firstId: optional,
      state: fc.constantFrom("open", "withdrawn"),
    }),
  }),
  fc.record({
    grant: fc.record({
      uid: optional,
      event: text,
      code: optional,
      grantId: text,
      kind: text,
      change: text,
      state: optional,
      principal: optional,
      decidedBy: optional,
      roles: list,
      reason: optional,
      validFrom: fc.option(fc.constantFrom(0, 1_795_315_880_736_383)),
      validUntil: fc.option(fc.constantFrom(0, 1_795_315_880_736_383)),
      seal: fc.option(
        fc.record({
          number: fc.integer({ min: 1 }),
          digest: text,
          previousDigest: optional,
          chainDigest: text,
          events: fc.nat(),
          findings: fc.nat(),
          gaps: fc.nat(),
        }),
      ),
    }),
  }),
  fc.record({
    gap: fc.record({
      source: text,
      from: text,
      to: text,
      sizeBytes: fc.option(fc.maxSafeInteger()),
      count: fc.option(fc.integer()),
      cause: text,
    }),
  }),
  fc.record({
    command: fc.record({
      text,
      arguments: list,
      path: optional,
      exitCode: optional,
      isReconstructed: fc.boolean(),
    }),
  }),
);

/** Any event, and much like each other, as the events of one source are. */
export const anyEvent: fc.Arbitrary<AuditEvent> = fc
  .record(
    {
      organization: fc.constantFrom("acme", "zorg"),
      labels: fc.constantFrom(
        { stream: "logs-audit-kube-api" },
        { stream: "logs-audit-teleport", vendor: "example-cloud", schema: "unknown" },
      ),
      origin: fc.record({
        kind: fc.constantFrom("kubernetes-audit", "teleport", "chaperone"),
        name: fc.constantFrom("a", "b"),
        cluster: fc.constantFrom("prod", null),
        position: text,
      }),
      occurredAt: micros,
      endedAt: fc.constantFrom(null, 1_795_315_880_736_383),
      observedAt: micros,
      actor: fc.record({
        name: optional,
        uid: optional,
        kind: text,
        groups: list,
        roles: list,
        impersonator: optional,
        sourceAddress: optional,
        claimedAddresses: list,
        userAgent: optional,
        credentialId: optional,
      }),
      session: fc.option(fc.record({ id: text, kind: text })),
      detail,
      original: fc.option(
        fc.record({ bytes, sha256: text, truncatedFromBytes: fc.option(fc.nat()) }),
      ),
      verdict: fc.oneof(
        fc.constant({ ...WINDOW, grants: ["grant-1", "grant-2"], related: [], skewMs: 250 }),
        fc.record({
          grants: list,
          related: list,
          method: fc.constantFrom(...METHODS),
          coverage: fc.constantFrom(...COVERAGES),
          skewMs: fc.option(fc.integer()),
        }),
      ),
    },
    { requiredKeys: [] },
  )
  .map((overrides) => anEvent(overrides));
