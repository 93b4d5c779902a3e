import { hash } from "node:crypto";
import type { Micros } from "../../model/time.ts";

/**
 * The id of an event of Teleport's audit log: SHA-256, in hexadecimal, over the JSON list of cluster, `uid`, type, `ei` and time; where
 * there is no `uid` (`print` has none), of cluster, session id, type, `ei` and time. The time is in microseconds, so that every
 * spelling of it gives one id: the log's, the event handler's and the recording's. Where two contents share an id, the digest of
 * the content tells them apart.
 */
export function teleportEventId(of: {
  readonly cluster: string;
  readonly uid: string | null;
  readonly sessionId: string | null;
  readonly event: string;
  readonly index: number;
  /** Null where the record states none. */
  readonly time: Micros | null;
}): string {
  const key =
    of.uid === null
      ? ["sid", of.cluster, of.sessionId, of.event, of.index, of.time]
      : [of.cluster, of.uid, of.event, of.index, of.time];
  return hash("sha256", JSON.stringify(key), "hex");
}
