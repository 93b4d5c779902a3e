import { hash } from "node:crypto";
import type { NewEntry } from "../../src/model/entry.ts";
import type { AuditEvent } from "../../src/model/generated/audit-event.ts";
import { EVIDENCE, NOT_VENDOR } from "../../src/model/verdict.ts";

/** An event with a number in its id and `padBytes` of original bytes that do not compress. */
export function auditEvent(number: number, padBytes: number = 0): AuditEvent {
  const bytes = original(number, padBytes);
  return {
    id: `event-${number}`,
    organization: "acme",
    labels: { stream: "logs-audit-kube-api" },
    origin: { kind: "kubernetes-audit", name: "prod-audit", cluster: "prod", position: "1:2:3" },
    occurredAt: 1_764_000_000_000_000 + number,
    endedAt: null,
    observedAt: 1_764_000_000_000_001 + number,
    actor: {
      name: "zoë",
      uid: null,
      kind: "human",
      groups: ["system:authenticated"],
      roles: [],
      impersonator: null,
      sourceAddress: "192.0.2.7",
      claimedAddresses: [],
      userAgent: "kubectl/1.34",
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
    detail: null,
    original: { bytes, sha256: hash("sha256", bytes), truncatedFromBytes: null },
    verdict: NOT_VENDOR,
  };
}

export function newEntry(number: number, padBytes: number = 0): NewEntry {
  return { kind: "event", streams: ["logs-audit-kube-api"], event: auditEvent(number, padBytes) };
}

export function newEntries(from: number, to: number, padBytes: number = 0): readonly NewEntry[] {
  return Array.from({ length: to - from + 1 }, (_, index) => newEntry(from + index, padBytes));
}

/** An entry of Chaperone's own, which may use the space that is reserved for those. */
export function ownEntry(number: number, padBytes: number = 0): NewEntry {
  const event = auditEvent(number, padBytes);
  const origin = { ...event.origin, kind: "chaperone" };
  return {
    kind: "event",
    streams: ["logs-findings"],
    event: { ...event, origin, labels: { stream: "logs-findings" }, verdict: EVIDENCE },
  };
}

/** Digests of digests: the same bytes for the same number, and nothing that a codec can make smaller. */
function original(number: number, padBytes: number): Uint8Array {
  const parts = [Buffer.from(`{"n":${number}}`)];
  for (let size = 0; size < padBytes; size += 64)
    parts.push(Buffer.from(hash("sha512", `${number}/${size}`, "hex"), "hex"));
  return Buffer.concat(parts);
}
