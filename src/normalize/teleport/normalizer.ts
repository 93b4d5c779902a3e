import { hash } from "node:crypto";
import type { Normalizer } from "../../ports/normalizer.ts";
import { textOf } from "../fields.ts";
import { readRecord } from "../read.ts";
import { isUnreadable } from "../unreadable.ts";
import { teleportEvent } from "./event.ts";
import { teleportFacts } from "./facts.ts";

/**
 * Reads events of Teleport's audit log, one JSON object each. A record is readable when it has an event type; a type without a
 * normalization of its own is read as far as the common blocks go, and labelled.
 */
export function createTeleportNormalizer(options: { readonly organization: string }): Normalizer {
  const { organization } = options;
  return {
    dialect: "teleport",
    normalize: (record, source) => {
      const reading = readRecord(record);
      if (reading.status !== "read") return reading;
      const { fields } = reading;
      const type = textOf(fields["event"]);
      if (type === null) return { status: "unreadable", why: NO_TYPE };
      const sha256 = hash("sha256", record.bytes, "hex");
      const facts = teleportFacts(fields, type, {
        cluster: source.cluster ?? source.name,
        time: record.observedAt,
        bytesSha256: () => sha256,
        sessionId: record.sessionId ?? null,
      });
      return teleportEvent({ fields, facts }, { record, source, organization, sha256 });
    },
    facts: ({ origin, original, observedAt, session, detail }) => {
      if (original === null || isUnreadable(detail)) return null;
      const { bytes, sha256, truncatedFromBytes } = original;
      const reading = readRecord({ bytes, truncatedFromBytes, position: "", observedAt });
      const type = reading.status === "read" ? textOf(reading.fields["event"]) : null;
      if (reading.status !== "read" || type === null) return null;
      return teleportFacts(reading.fields, type, {
        cluster: origin.cluster ?? origin.name,
        time: observedAt,
        bytesSha256: () => sha256,
        sessionId: session?.id ?? null,
      });
    },
  };
}

const NO_TYPE = 'Cannot read a Teleport event: "event" is missing';
