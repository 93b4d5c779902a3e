import { randomBytes } from "node:crypto";
import { MICROS_PER_MS, type Micros } from "../../../../src/model/time.ts";
import {
  backgroundLine,
  ENGINEERS,
  grantLines,
  sessionStartLine,
  vendorLine,
} from "../../../support/audit-lines.ts";
import type { Random } from "../../../support/random.ts";

/** Makes records, no two of them equal. */
export type RecordMaker = (random: Random) => readonly string[];

/** One of so many Kubernetes events is a vendor's, as on a busy day. */
const VENDOR_EVERY = 50;

function kubernetesRecords(): RecordMaker {
  let made = 0;
  return (random) => {
    const at = Date.now() * MICROS_PER_MS;
    const isVendor = made++ % VENDOR_EVERY === 0;
    return [isVendor ? vendorLine(random, at, random.pick(ENGINEERS)) : backgroundLine(random, at)];
  };
}

/** Sessions under one grant, at least; then its engineer asks for the next one, but not more often than a person would. */
const SESSIONS_OF_GRANT = 500;
const GRANT_EVERY: Micros = 10_000 * MICROS_PER_MS;

/** Grants and sessions under them. */
function teleportRecords(): RecordMaker {
  const current = new Map<string, { readonly id: string; readonly at: Micros; left: number }>();
  return (random) => {
    const at = Date.now() * MICROS_PER_MS;
    const engineer = random.pick(ENGINEERS);
    const known = current.get(engineer);
    if (known !== undefined && (known.left-- > 0 || at < known.at + GRANT_EVERY))
      return [sessionStartLine(random, at, engineer, known.id)];
    const lines = grantLines(random, at - 5_000_000, engineer);
    const { id } = JSON.parse(lines[0] ?? "{}") as { id: string };
    current.set(engineer, { id, at, left: SESSIONS_OF_GRANT });
    return [...lines, sessionStartLine(random, at, engineer, id)];
  };
}

/** A record of at least so many bytes that hardly compress, as a patch of a large object makes. */
export function longRecord(records: string, random: Random, bytes: number): string {
  const [line = "{}"] = recordMaker(records)(random);
  const filler = randomBytes(Math.ceil((bytes * 3) / 4)).toString("base64");
  const field = records === "kubernetes" ? "requestObject" : "server_labels_text";
  return `${line.slice(0, -1)},${JSON.stringify(field)}:${JSON.stringify(filler)}}`;
}

export function recordMaker(records: string): RecordMaker {
  if (records === "kubernetes") return kubernetesRecords();
  if (records === "teleport") return teleportRecords();
  throw new RangeError(`Cannot make records of "${records}"`);
}
