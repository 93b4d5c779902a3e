import { createHash } from "node:crypto";
import { encodeEvent } from "../../src/avro/event.ts";
import type { EntryKind, JournalEntry } from "../../src/model/entry.ts";
import type { AuditEvent } from "../../src/model/generated/audit-event.ts";
import { streamsOf } from "../../src/model/stream.ts";
import { NOT_VENDOR } from "../../src/model/verdict.ts";

/** 2026-11-22T02:51:20.736383Z. */
const OCCURRED_AT = 1_795_315_880_736_383;

let made = 0;

/** An ordinary Kubernetes audit event, with an id of its own where none is given; whole groups can be replaced. */
export function anEvent(overrides: Partial<AuditEvent> = {}): AuditEvent {
  const id = overrides.id ?? `event-${++made}`;
  return { ...ordinary(id), ...overrides, id };
}

export interface EntryOptions {
  readonly sequence?: number;
  readonly kind?: EntryKind;
  /** Those of the event's labels where left out. */
  readonly streams?: readonly string[];
}

/** An event, or what it should have, as a journal hands it out: encoded at most once. */
export function anEntry(
  overrides: Partial<AuditEvent> = {},
  options: EntryOptions = {},
): JournalEntry {
  const event = anEvent(overrides);
  const { sequence = 1, kind = "event", streams = streamsOf(event.labels) } = options;
  let encoded: Uint8Array | null = null;
  return {
    position: { partition: 0, sequence, locator: "" },
    kind,
    id: event.id,
    streams,
    get sizeBytes() {
      return this.encoded.byteLength;
    },
    get encoded() {
      encoded ??= encodeEvent(event);
      return encoded;
    },
    event: () => event,
  };
}

/** Entries of the events, in this order, from sequence 1 on. */
export function entriesOf(events: readonly AuditEvent[]): readonly JournalEntry[] {
  return events.map((event, index) => anEntry(event, { sequence: index + 1 }));
}

/** `count` entries with the ids `event-1`, `event-2`, … */
export function someEntries(count: number): readonly JournalEntry[] {
  return entriesOf(Array.from({ length: count }, (_, n) => anEvent({ id: `event-${n + 1}` })));
}

function ordinary(id: string): AuditEvent {
  const bytes = Buffer.from(JSON.stringify({ kind: "Event", auditID: id, verb: "list" }));
  return {
    id,
    organization: "acme",
    labels: { stream: "logs-audit-kube-api" },
    origin: { kind: "kubernetes-audit", name: "prod-audit", cluster: "prod", position: "1:2:3" },
    occurredAt: OCCURRED_AT,
    endedAt: null,
    observedAt: OCCURRED_AT + 1_500_000,
    actor: {
      name: "ada@acme.example",
      uid: null,
      kind: "human",
      groups: ["system:authenticated"],
      roles: [],
      impersonator: null,
      sourceAddress: "192.0.2.7",
      claimedAddresses: [],
      userAgent: "kubectl/v1.31.0",
      credentialId: null,
    },
    action: { class: "read", name: "list" },
    target: {
      kind: "pods",
      apiGroup: "",
      namespace: "ml-train",
      name: null,
      subresource: null,
      host: null,
    },
    outcome: { status: "success", code: "200", reason: null },
    session: null,
    detail: {
      kubernetes: {
        auditId: id,
        level: "Metadata",
        stage: "ResponseComplete",
        verb: "list",
        requestUri: "/api/v1/namespaces/ml-train/pods",
        requestReceivedTimestamp: OCCURRED_AT,
        stageTimestamp: OCCURRED_AT + 2_017,
        decision: "allow",
        redacted: [],
      },
    },
    original: {
      bytes,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      truncatedFromBytes: null,
    },
    verdict: NOT_VENDOR,
  };
}
