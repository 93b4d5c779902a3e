import { kubernetesAuditFile } from "./kubernetes-audit-file.ts";
import { kubernetesAuditWebhook } from "./kubernetes-audit-webhook.ts";
import type { SourceKind } from "./origin.ts";
import { outOfBand } from "./out-of-band.ts";
import { supportAccessSnapshots } from "./support-access-snapshots.ts";
import { teleportEventHandler } from "./teleport-event-handler.ts";
import { teleportFile } from "./teleport-file.ts";
import { teleportRecordings } from "./teleport-recordings.ts";

/** Their log files are rotated, and a line has no bound. */
const LOG_FILES: readonly SourceKind[] = [kubernetesAuditFile, teleportFile];
/** Somebody sends to them. */
const POSTED_TO: readonly SourceKind[] = [kubernetesAuditWebhook, teleportEventHandler];
/** Their files are read whole, each once. */
const FOLDERS: readonly SourceKind[] = [teleportRecordings, supportAccessSnapshots, outOfBand];

/** Every kind of source that the table runs, in the order of its columns. */
export const SOURCE_KINDS: readonly SourceKind[] = [...LOG_FILES, ...POSTED_TO, ...FOLDERS];

/** Kinds whose files are rotated. */
export const ROTATED_KINDS: readonly string[] = namesOf(LOG_FILES);
/** Kinds whose records have no bound. */
export const UNBOUND_KINDS: readonly string[] = namesOf([...LOG_FILES, ...POSTED_TO]);
/** Kinds that are read from where they were, which their checkpoints keep. */
export const CHECKPOINT_KINDS: readonly string[] = namesOf([...LOG_FILES, ...FOLDERS]);

function namesOf(kinds: readonly SourceKind[]): readonly string[] {
  return kinds.map(({ kind }) => kind);
}
