import type { Facts } from "../model/facts.ts";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import type { Dialect } from "../model/record.ts";
import type { Normalizer } from "../ports/normalizer.ts";
import { createKubernetesNormalizer } from "./kubernetes/normalizer.ts";
import { createOutOfBandNormalizer } from "./out-of-band/normalizer.ts";
import { createSupportAccessNormalizer } from "./support-access/normalizer.ts";
import { createRecordingNormalizer } from "./teleport/recording.ts";
import { createTeleportNormalizer } from "./teleport/normalizer.ts";

export type Normalizers = Readonly<Record<Dialect, Normalizer>>;

/** One normalizer per dialect; a new dialect is a folder beside this file and a line here. */
export function createNormalizers(organization: string): Normalizers {
  return {
    "kubernetes-audit": createKubernetesNormalizer({ organization }),
    teleport: createTeleportNormalizer({ organization }),
    "teleport-recording": createRecordingNormalizer({ organization }),
    "support-access": createSupportAccessNormalizer({ organization }),
    "out-of-band": createOutOfBandNormalizer({ organization }),
  };
}

/** The facts of a journaled event, made again by the normalizer that made the event; null for what has none. */
export function factsOf(normalizers: Normalizers, event: AuditEvent): Facts | null {
  const { kind } = event.origin;
  return isDialect(normalizers, kind) ? normalizers[kind].facts(event) : null;
}

function isDialect(normalizers: Normalizers, kind: string): kind is Dialect {
  return Object.hasOwn(normalizers, kind);
}
