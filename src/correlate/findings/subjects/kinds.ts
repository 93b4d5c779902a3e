import type { Micros } from "../../../model/time.ts";

/** That a session's recording is there: it was uploaded, or was read. */
export interface SessionRecordingDocument {
  readonly at: Micros;
  readonly eventId: string;
}

/** Of the certificates that list one access request, the one that is valid for longest. */
export interface LongestCertificateDocument {
  readonly expires: Micros;
  readonly eventId: string;
}

/** A grant or a session whose findings are to be looked at when everything up to this time has come. */
export interface DueSubject {
  readonly kind: "grant" | "session";
  readonly id: string;
  readonly at: Micros;
}

/** What a source said last. */
export interface SpokenDocument {
  readonly at: Micros;
  readonly eventId: string;
}

/** How far the heartbeats of a stream have come. */
export interface HeartbeatDocument {
  /** Number of the last interval that one was made for, counted from 1970; -1 before the first. */
  readonly slot: number;
  /** Events of the stream so far, heartbeats aside. */
  readonly events: number;
}
