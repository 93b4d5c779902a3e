import { kubernetesAuditFile } from "./kubernetes-audit-file.ts";
import { kubernetesAuditWebhook } from "./kubernetes-audit-webhook.ts";
import type { SourceKind } from "./origin.ts";
import { teleportEventHandler } from "./teleport-event-handler.ts";
import { teleportFile } from "./teleport-file.ts";
import { teleportRecordings } from "./teleport-recordings.ts";

/** Kinds whose log files somebody rotates. */
export const FILE_KINDS: readonly string[] = [kubernetesAuditFile.kind, teleportFile.kind];
/** Kinds that Chaperone reads by itself, from where it was. */
export const READ_KINDS: readonly string[] = [...FILE_KINDS, teleportRecordings.kind];

/** Every kind of source that the table runs, in the order of its columns. */
export const SOURCE_KINDS: readonly SourceKind[] = [
  kubernetesAuditFile,
  teleportFile,
  kubernetesAuditWebhook,
  teleportEventHandler,
  teleportRecordings,
];
