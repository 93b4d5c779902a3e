import type { Facts } from "../model/facts.ts";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import type { Dialect } from "../model/record.ts";
import type { Normalizer } from "../ports/normalizer.ts";
import { createKubernetesNormalizer } from "./kubernetes/normalizer.ts";
import { createTeleportNormalizer } from "./teleport/normalizer.ts";

export type Normalizers = Readonly<Record<Dialect, Normalizer>>;

/** One normalizer per dialect; a new dialect is a folder beside this file and a line here. */
export function createNormalizers(organization: string): Normalizers {
  return {
    "kubernetes-audit": createKubernetesNormalizer({ organization }),
    teleport: createTeleportNormalizer({ organization }),
  };
}

/** The facts of a journaled event, made again by the normalizer that made the event; null for what has none. */
export function factsOf(normalizers: Normalizers, event: AuditEvent): Facts | null {
  const { kind } = event.origin;
  if (kind !== "kubernetes-audit" && kind !== "teleport") return null;
  return normalizers[kind].facts(event);
}
