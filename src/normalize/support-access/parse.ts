import { hash } from "node:crypto";
import type { SupportAccessFacts, SupportRequestFacts } from "../../model/facts.ts";
import type { Micros } from "../../model/time.ts";
import { readLayout } from "./layout.ts";
import { readRequest } from "./request.ts";
import { SnapshotFault } from "./fault.ts";

/** Requests of one snapshot; a snapshot with more is not read. */
export const SNAPSHOT_REQUESTS_MAX = 1_000;

/**
 * Reads the text of `crusoe kubernetes clusters support-access get`: the status, the enabled roles, the number of active requests and
 * a block for each (shape: the vendor's documentation of support access). It says what is no longer there, so it must be whole: a
 * field that is missing, twice or of another form, and a number that is not that of the blocks, make it unreadable.
 *
 * @throws SnapshotFault
 */
export function parseSnapshot(
  bytes: Uint8Array,
  { cluster, at }: { readonly cluster: string; readonly at: Micros },
): SupportAccessFacts {
  const { status, enabledRoles, count, blocks } = readLayout(textOf(bytes));
  const isEnabled = readStatus(status);
  const roles = readRoles(enabledRoles);
  if (isEnabled && roles.length === 0)
    throw new SnapshotFault("support access is enabled, and no role is");
  if (!/^\d{1,9}$/.test(count)) throw new SnapshotFault(`"Active Requests" is "${short(count)}"`);
  if (Number(count) !== blocks.length)
    throw new SnapshotFault(`"Active Requests" says ${count}, and ${blocks.length} are listed`);
  if (blocks.length > SNAPSHOT_REQUESTS_MAX)
    throw new SnapshotFault(
      `it lists ${blocks.length} requests, and ${SNAPSHOT_REQUESTS_MAX} are allowed`,
    );
  const requests = blocks.map((block, index) => {
    if (block.number !== index + 1)
      throw new SnapshotFault(
        `"Request ${index + 1}" is missing: "Request ${block.number}" stands there`,
      );
    const request = readRequest(block);
    return { ...request.facts, grantId: grantIdOf(cluster, request) };
  });
  return { dialect: "support-access", cluster, at, isEnabled, enabledRoles: roles, requests };
}

/** `sa-` and the first 32 hexadecimal digits of SHA-256 over cluster, role, requestor and time of the request as printed, by lines. */
function grantIdOf(
  cluster: string,
  {
    facts,
    requestedAtText,
  }: { readonly facts: Omit<SupportRequestFacts, "grantId">; readonly requestedAtText: string },
): string {
  const lines = [cluster, facts.role, facts.requestor, requestedAtText].join("\n");
  return `sa-${hash("sha256", lines, "hex").slice(0, 32)}`;
}

function textOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

function readStatus(status: string): boolean {
  if (/^enabled$/i.test(status)) return true;
  if (/^disabled$/i.test(status)) return false;
  throw new SnapshotFault(`"Support Access Status" is "${short(status)}"`);
}

function readRoles(text: string): readonly string[] {
  if (text === "") return [];
  const roles = text.split(",").map((role) => role.trim());
  if (roles.every((role) => /^\S+$/.test(role))) return roles;
  throw new SnapshotFault(`"Enabled Roles" is "${short(text)}"`);
}

function short(text: string): string {
  return text.slice(0, 100);
}
