import { hash } from "node:crypto";
import { formatTime, MICROS_PER_MS, type Micros } from "../../../../src/model/time.ts";

/** A file that is a record, and the files that it names. */
export interface WrittenDocument {
  readonly name: string;
  readonly content: string;
  readonly evidence: readonly { readonly name: string; readonly content: string }[];
}

const HOUR: Micros = 3_600_000 * MICROS_PER_MS;
const MINUTE: Micros = 60_000 * MICROS_PER_MS;

/** A snapshot of support access that lists one request, which no other does. */
export function snapshotAt(at: Micros, id: string): WrittenDocument {
  const content = [
    "Support Access Status: Enabled",
    "Enabled Roles: SUPPORT_ACCESS_ROLE_READONLY, SUPPORT_ACCESS_ROLE_OPERATOR",
    "Active Requests: 1",
    "",
    "Request 1:",
    "  Role: SUPPORT_ACCESS_ROLE_READONLY",
    `  Requestor ID: 00u${id}`,
    "  Reason: links flap",
    `  Requested At: ${formatTime(at - MINUTE)}`,
    `  Request Expires At: ${formatTime(at + HOUR)}`,
    `  Credential Expires At: ${formatTime(at + HOUR)}`,
    "",
  ].join("\n");
  const name = `${formatTime(at).replaceAll(":", "-")}-${id}.txt`;
  return { name, content, evidence: [] };
}

/** An approval by mail, for somebody who does nothing here. */
export function approvalOf(at: Micros, id: string): WrittenDocument {
  const mail = { name: `${id}.txt`, content: `Approved: ${id}` };
  const content = JSON.stringify({
    id: `oob-${id}`,
    kind: "out-of-band-approval",
    requester: `${id}@vendor.example`,
    cluster: "prod",
    roles: ["viewer"],
    reason: "Teleport is down",
    requestedAt: formatTime(at - 3 * MINUTE),
    approvedBy: "anna@acme.example",
    approvedAt: formatTime(at - 2 * MINUTE),
    notBefore: formatTime(at - 2 * MINUTE),
    notAfter: formatTime(at + HOUR),
    recordedBy: "bela@acme.example",
    recordedAt: formatTime(at - MINUTE),
    evidence: { file: mail.name, sha256: hash("sha256", mail.content) },
  });
  return { name: `${id}.json`, content, evidence: [mail] };
}
