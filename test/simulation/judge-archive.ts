import { readContainerFile } from "../../src/avro/container-read.ts";
import { EVENT_SCHEMA } from "../../src/avro/event.ts";
import type { AuditEvent } from "../../src/model/generated/audit-event.ts";
import type { Judge } from "./judge.ts";
import { ARCHIVE } from "./settings.ts";
import type { World } from "./world.ts";

const STREAM = "logs-session-teleport";

/** At the end the archive has every event of every session, each once and in its session's file, and nothing else. */
export async function judgeArchive(world: World, judge: Judge): Promise<void> {
  if (world.settings.configuration.archive === null) return;
  const archived = await archivedSessions(world);
  const meant = new Map<string, string>();
  for (const entry of judge.journaled.values()) {
    const session = entry.event().session?.id;
    if (session === undefined || entry.kind === "held" || !entry.streams.includes(STREAM)) continue;
    meant.set(entry.id, session);
  }
  for (const [id, session] of meant)
    if (archived.get(id) !== session) world.complaints.push(`${id} is not in the archive`);
  for (const id of archived.keys())
    if (!meant.has(id)) world.complaints.push(`${id} is in the archive and was never journaled`);
}

/** Sessions by the ids of the events in their files. */
async function archivedSessions({ disk, complaints }: World): Promise<ReadonlyMap<string, string>> {
  const archived = new Map<string, string>();
  for (const path of disk.paths.filter((one) => one.startsWith(`${ARCHIVE}/`))) {
    const events = readContainerFile<AuditEvent>(disk.disk, path, {
      schema: EVENT_SCHEMA,
      onFault: ({ cause }) => complaints.push(`${path} is damaged: ${cause}`),
    });
    for await (const { value } of events) {
      if (archived.has(value.id)) complaints.push(`${value.id} is in the archive twice`);
      archived.set(value.id, value.session?.id ?? "");
      if (path.split("/").at(-2) !== value.session?.id)
        complaints.push(`${value.id} is in the file of another session`);
    }
  }
  return archived;
}
