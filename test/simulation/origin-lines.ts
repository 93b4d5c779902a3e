import { formatTime, parseTime, type Micros } from "../../src/model/time.ts";
import {
  backgroundLine,
  ENGINEERS,
  grantLines,
  ROOT_CLUSTER,
  sessionStartLine,
  vendorLine,
} from "../support/audit-lines.ts";
import { seededUuid, type Random } from "../support/random.ts";

/** Lines that an API server writes at one moment: its own, a vendor's, and those of a vendor's request from its beginning. */
export function kubernetesLines(random: Random, at: Micros): readonly string[] {
  const engineer = random.pick(ENGINEERS);
  const kind = random.below(10);
  if (kind < 6) return [backgroundLine(random, at)];
  const line = vendorLine(random, at, engineer);
  return kind < 8 ? [line] : [requestReceived(line), line];
}

/** The line that the API server writes when the request comes in. */
function requestReceived(line: string): string {
  const event = JSON.parse(line) as Record<string, unknown>;
  const { responseStatus: _none, ...rest } = event;
  const stageTimestamp = event["requestReceivedTimestamp"];
  return JSON.stringify({ ...rest, stage: "RequestReceived", stageTimestamp });
}

/** Lines that a Teleport writes at one moment: a grant, a session under one, a login. */
export function teleportLines(random: Random, at: Micros): readonly string[] {
  const engineer = random.pick(ENGINEERS);
  const kind = random.below(10);
  if (kind < 4) return grantLines(random, at, engineer);
  if (kind < 6) {
    const lines = grantLines(random, at, engineer);
    const { id } = JSON.parse(lines[0] ?? "{}") as { readonly id: string };
    const session = sessionStartLine(random, at + 2_000_000, engineer, id);
    return [...lines, session, sessionEnd(random, session)];
  }
  return [login(random, at, engineer)];
}

function sessionEnd(random: Random, start: string): string {
  const { sid, user, time } = JSON.parse(start) as Record<string, string>;
  return JSON.stringify({
    ei: 1,
    event: "session.end",
    uid: seededUuid(random),
    code: "T2004I",
    time: formatTime((parseTime(time) ?? 0) + 1_000_000),
    cluster_name: ROOT_CLUSTER,
    user,
    sid,
    interactive: true,
  });
}

function login(random: Random, at: Micros, user: string): string {
  return JSON.stringify({
    ei: 0,
    event: "user.login",
    uid: seededUuid(random),
    code: "T1000I",
    time: formatTime(at),
    cluster_name: ROOT_CLUSTER,
    user,
    success: true,
    method: "oidc",
  });
}

/** The same id with another content, as nobody should write it. */
export function sameIdOtherContent(line: string): string {
  const event = JSON.parse(line) as Record<string, unknown>;
  return JSON.stringify({ ...event, user: "mallory@vendor.example" });
}
