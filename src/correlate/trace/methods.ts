import { formatTime } from "../../model/time.ts";
import type { VendorAction } from "../attribute/action.ts";
import type { ProxiedJoin } from "../attribute/proxied.ts";
import type { Step } from "../decision.ts";

/** Says by which time an action is judged (C1), and why the methods before the one that applies do not. */
export function tellMethods(action: VendorAction, trace: Step[]): void {
  trace.push({ rule: "C1", says: `judged at ${formatTime(action.judgedAt)}` });
  if (action.namedBy === "proxied") return;
  if (action.namedBy === "named" && action.named.length > 0) return;
  trace.push({ rule: "M1", says: "the event lists no request" });
  if (action.named.length > 0) return;
  const session = action.isSessionAwaited
    ? "the start of its session was not read"
    : "no session of the person's own that lists one";
  trace.push({ rule: "M2", says: session });
}

/** Says what Teleport's log has of a Kubernetes request (M4), and why M1 and M2 say nothing. */
export function tellJoin(join: ProxiedJoin | null, skewMs: number, trace: Step[]): void {
  trace.push({ rule: "M1", says: "a Kubernetes event lists no request of Teleport's" });
  trace.push({ rule: "M2", says: "nor a session" });
  if (join === null) {
    trace.push({ rule: "M4", says: "it did not come through the vendor's agent" });
    return;
  }
  const { at, candidates, fitting, nearest } = join;
  const what = join.isTerminal ? "sessions in the pod" : "records of such a request";
  const many = join.isCrowd ? "nearest of very many " : "";
  const near = `${candidates.length} ${many}${what} within ${skewMs} ms of ${formatTime(at)}`;
  trace.push({ rule: "M4", says: `${near}, ${fitting.length} with fitting groups and cluster` });
  for (const one of nearest) {
    const distanceMs = (one.at - at) / 1_000;
    const listed = one.accessRequests.join(", ") || "no request";
    trace.push({
      rule: "M4",
      says: `nearest: ${one.eventId} of "${one.person}", ${distanceMs} ms away, lists ${listed}`,
    });
  }
}
