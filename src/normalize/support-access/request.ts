import type { SupportRequestFacts } from "../../model/facts.ts";
import { parseTime, type Micros } from "../../model/time.ts";
import { SnapshotFault } from "./fault.ts";
import type { Block } from "./layout.ts";

/** Words for a request that has no certificate. */
const NO_CREDENTIAL = new Set(["-", "n/a", "none"]);

/** One request. Every field has to be there: a block that was cut off lacks one. @throws SnapshotFault */
export function readRequest(block: Block): {
  readonly facts: Omit<SupportRequestFacts, "grantId">;
  readonly requestedAtText: string;
} {
  const credential = textOf(block, "credential expires at");
  const requestedAtText = textOf(block, "requested at");
  const reason = valueOf(block, "reason");
  return {
    facts: {
      role: textOf(block, "role"),
      requestor: textOf(block, "requestor id"),
      reason: reason === "" ? null : reason,
      requestedAt: timeOf(block, "requested at"),
      expiresAt: timeOf(block, "request expires at"),
      credentialUntil: NO_CREDENTIAL.has(credential.toLowerCase())
        ? null
        : timeOf(block, "credential expires at"),
    },
    requestedAtText,
  };
}

function valueOf({ number, fields }: Block, name: string): string {
  const value = fields.get(name);
  if (value === undefined) throw new SnapshotFault(`request ${number} does not state "${name}"`);
  return value;
}

function textOf(block: Block, name: string): string {
  const value = valueOf(block, name);
  if (value === "") throw new SnapshotFault(`request ${block.number} does not state "${name}"`);
  return value;
}

function timeOf(block: Block, name: string): Micros {
  const value = textOf(block, name);
  const time = parseTime(value);
  if (time !== null) return time;
  throw new SnapshotFault(
    `"${name}" of request ${block.number} is no time: "${value.slice(0, 100)}"`,
  );
}
