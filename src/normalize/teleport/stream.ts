import type { TeleportFacts } from "../../model/facts.ts";
import type { EventStream } from "../../model/stream.ts";

/** Kinds that belong to a session although they may not name it. */
const SESSION_TYPES: ReadonlySet<string> = new Set([
  "agent-forward",
  "exec",
  "port",
  "print",
  "resize",
  "scp",
  "sftp",
  "sftp_summary",
  "subsystem",
  "x11-forward",
]);

/** Labels are shared: millions of events carry the same few. */
type Labels = Readonly<Record<string, string>>;
const LABELS = new Map<string, Labels>();
for (const stream of ["logs-grants", "logs-session-teleport", "logs-audit-teleport"]) {
  LABELS.set(stream, Object.freeze({ stream }));
  LABELS.set(`${stream} unknown`, Object.freeze({ stream, schema: "unknown" }));
}

/** The stream of an event (verdicts §8). An empty session id, as newer versions write on kube.request, is none. */
function teleportStream({ event, sessionId, isRecorded }: TeleportFacts): EventStream {
  if (isRecorded) return "logs-session-teleport";
  if (event.startsWith("access_request.")) return "logs-grants";
  const isOfSession =
    sessionId !== null || event.startsWith("session.") || SESSION_TYPES.has(event);
  return isOfSession ? "logs-session-teleport" : "logs-audit-teleport";
}

export function teleportLabels(facts: TeleportFacts, isKnownType: boolean): Labels {
  const stream = teleportStream(facts);
  return LABELS.get(isKnownType ? stream : `${stream} unknown`) ?? { stream };
}
