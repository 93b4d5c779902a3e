import { hash } from "node:crypto";
import type { NewEntry } from "../../model/entry.ts";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { Source } from "../../model/record.ts";
import { STREAMS } from "../../model/stream.ts";
import { formatTime, type Micros } from "../../model/time.ts";
import { EVIDENCE } from "../../model/verdict.ts";
import type { Watermarks } from "../../ports/correlator.ts";
import { causeOf } from "../findings/subjects/about-subject.ts";
import { keyOf } from "../ledger/key.ts";
import type { HeartbeatDocument } from "../findings/subjects/kinds.ts";
import type { Ledger } from "../ledger/ledger.ts";

/**
 * An event of our own in each stream at every interval, by which a receiver sees that it misses something: a heartbeat that does not come,
 * or one that says more events than have come. A stop of ours leaves intervals without one.
 */
export interface Heartbeats {
  /** Everything that is journaled, in its order, at the start too. On every entry's path. */
  note(entry: NewEntry): void;
  /** Puts what was noted into the ledger, with the changes of the call that is under way. */
  keep(): void;
  /** Those of the interval that has begun, where they were not made yet. */
  due(watermarks: Watermarks, now: Micros): readonly AuditEvent[];
}

export interface HeartbeatsOptions {
  readonly organization: string;
  readonly ledger: Pick<Ledger, "heartbeats">;
  readonly interval: Micros;
}

const NAME = "heartbeat";
const NONE_YET: HeartbeatDocument = { slot: -1, events: 0 };
/** Whose records a stream carries; all of them where it is not here. */
const DIALECTS: Readonly<Record<string, string>> = {
  "logs-audit-kube-api": "kubernetes-audit",
  "logs-audit-teleport": "teleport",
  "logs-session-teleport": "teleport",
};

export function createHeartbeats(options: HeartbeatsOptions): Heartbeats {
  const { organization, ledger, interval } = options;

  const known = new Map<string, HeartbeatDocument>(
    STREAMS.map((stream) => [stream, ledger.heartbeats.get(keyOf(stream)) ?? NONE_YET]),
  );
  const noted = new Set<string>();

  function rowOf(stream: string): HeartbeatDocument {
    return known.get(stream) ?? NONE_YET;
  }

  return {
    note: ({ kind, streams, event }) => {
      if (kind === "held") return;
      const { origin, action, occurredAt } = event;
      const isHeartbeat = origin.kind === "chaperone" && action.name === NAME;
      for (const stream of streams) {
        const { slot, events } = rowOf(stream);
        known.set(
          stream,
          isHeartbeat
            ? { slot: Math.max(slot, Math.floor(occurredAt / interval)), events }
            : { slot, events: events + 1 },
        );
        noted.add(stream);
      }
    },
    keep: () => {
      for (const stream of noted) ledger.heartbeats.put(keyOf(stream), rowOf(stream));
      noted.clear();
    },
    due: (watermarks, now) => {
      const slot = Math.floor(now / interval);
      return STREAMS.flatMap((stream) => {
        const row = rowOf(stream);
        if (row.slot >= slot) return [];
        const watermark = watermarkOf(watermarks, DIALECTS[stream] ?? null);
        return heartbeat({ organization, stream, at: slot * interval, watermark, ...row });
      });
    },
  };
}

/** The least of the stream's sources; null where one of them is not known yet, or all have ended. */
function watermarkOf({ sources = [] }: Watermarks, dialect: string | null): Micros | null {
  const isOfStream = ({ dialect: own }: Source): boolean =>
    own !== "teleport-recording" && (dialect === null || own === dialect);
  const least = sources
    .filter(({ source }) => isOfStream(source))
    .reduce((min, { watermark }) => Math.min(min, watermark), Infinity);
  return Number.isFinite(least) ? least : null;
}

interface Heartbeat {
  readonly organization: string;
  readonly stream: string;
  /** The interval's beginning. */
  readonly at: Micros;
  readonly watermark: Micros | null;
  readonly events: number;
}

/** Its id and its time are the interval's: the same one made again is the same event. */
function heartbeat({ organization, stream, at, watermark, events }: Heartbeat): AuditEvent {
  const target = { kind: "stream", name: stream };
  const about = { organization, cluster: null, at, actor: "chaperone", roles: [], session: null };
  const event = causeOf({ ...about, target });
  return {
    ...event,
    actor: { ...event.actor, kind: "system" },
    id: hash("sha256", JSON.stringify([NAME, organization, stream, at]), "hex"),
    labels: {
      stream,
      events: String(events),
      ...(watermark === null ? {} : { watermark: formatTime(watermark) }),
    },
    origin: { kind: "chaperone", name: NAME, cluster: null, position: "" },
    action: { class: "observe", name: NAME },
    outcome: { status: "success", code: null, reason: null },
    verdict: EVIDENCE,
  };
}
