import { hash } from "node:crypto";
import { describeError } from "../../model/error.ts";
import type { TeleportFacts } from "../../model/facts.ts";
import type { Micros } from "../../model/time.ts";
import type { Normalizer } from "../../ports/normalizer.ts";
import { decodeRecord, type DecodedRecord } from "../../recording/decode.ts";
import { textOf } from "../fields.ts";
import { isUnreadable } from "../unreadable.ts";
import { teleportEvent } from "./event.ts";
import { teleportFacts } from "./facts.ts";
import type { TeleportEvent } from "./meaning.ts";

/**
 * Reads the records of session recordings, one protobuf message each. An event that also stands in the audit log gets the id and the
 * content that it has there. The records of one recording that name no session, terminal output above all, are its session's.
 *
 * A recording is written on the host of the session, and Teleport does not check what is in it. Records of kinds that would prove
 * something about grants, credentials, locks or people are therefore unreadable here: no recorder writes them.
 */
export function createRecordingNormalizer(options: { readonly organization: string }): Normalizer {
  const { organization } = options;
  return {
    dialect: "teleport-recording",
    normalize: (record, source) => {
      const { bytes, observedAt } = record;
      let read: RecordedEvent;
      try {
        read = readRecorded(bytes, {
          cluster: source.cluster ?? source.name,
          observedAt,
          sessionId: record.sessionId ?? null,
        });
      } catch (error) {
        return {
          status: "unreadable",
          why: `Cannot decode a record of ${bytes.length} bytes: ${describeError(error)}`,
        };
      }
      const { teleport, decoded } = read;
      if (isProof(teleport.facts))
        return {
          status: "unreadable",
          why: `Cannot take "${teleport.facts.event}" from a session recording: no recorder writes such an event`,
        };
      const sha256 = hash("sha256", bytes, "hex");
      return teleportEvent(teleport, { record, source, organization, sha256 }, decoded.isBare);
    },
    facts: ({ origin, original, observedAt, session, detail }) => {
      if (original === null || isUnreadable(detail)) return null;
      const context = {
        cluster: origin.cluster ?? origin.name,
        observedAt,
        sessionId: session?.id ?? null,
      };
      return readRecorded(original.bytes, context).teleport.facts;
    },
  };
}

interface RecordedEvent {
  readonly teleport: TeleportEvent;
  readonly decoded: DecodedRecord;
}

/** @throws where the bytes are no event. */
function readRecorded(
  bytes: Uint8Array,
  context: {
    readonly cluster: string;
    readonly observedAt: Micros;
    readonly sessionId: string | null;
  },
): RecordedEvent {
  const decoded = decodeRecord(bytes);
  const { fields, hasUnknown } = decoded;
  const type = textOf(fields["event"]);
  if (type === null) throw new RangeError("its event has no type");
  const facts = teleportFacts(
    fields,
    type,
    {
      cluster: context.cluster,
      time: context.observedAt,
      bytesSha256: () => hash("sha256", bytes, "hex"),
      sessionId: context.sessionId,
    },
    { isRecorded: true, hasUnread: hasUnknown },
  );
  return { teleport: { fields, facts }, decoded };
}

const PROVING = /^(?:access_request|cert|lock|user|role|bot|instance|trusted_cluster)\./;

/** Whether an event of this kind is evidence (verdicts C8), which only the audit log gives. */
function isProof({ event }: TeleportFacts): boolean {
  return PROVING.test(event);
}
