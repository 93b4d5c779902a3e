import { join } from "node:path";
import type { Configuration } from "../config/configuration.ts";
import { HOME, organizationHome } from "../config/home.ts";
import { revisionId } from "../correlate/revise/revision.ts";
import { inspectEntries } from "../journal/local/inspect.ts";
import type { Verdict } from "../model/generated/audit-event.ts";
import { nodeDisk } from "../platform/disk.ts";

/** A revision as the journal has it. */
export interface FoundRevision {
  readonly number: number;
  readonly previous: Verdict;
  readonly verdict: Verdict;
}

/** The revisions 1 to `last` of an event, as far as the journal still has them. Reads all of it, and decodes nothing else. */
export async function revisionsOf(
  configuration: Configuration,
  eventId: string,
  last: number,
): Promise<readonly FoundRevision[]> {
  if (last === 0) return [];
  const folder = join(organizationHome(configuration), HOME.journal);
  const wanted = new Set(Array.from({ length: last }, (_, n) => revisionId(eventId, n + 1)));
  const found: FoundRevision[] = [];
  const all = { from: 1, to: Number.MAX_SAFE_INTEGER };
  for await (const entry of inspectEntries(nodeDisk, folder, all)) {
    if (!wanted.has(entry.id)) continue;
    const { detail, verdict } = entry.event();
    if (detail === null || !("revision" in detail)) continue;
    const { number, previous } = detail.revision;
    found.push({ number, previous, verdict });
    if (found.length === wanted.size) break;
  }
  return found.toSorted((a, b) => a.number - b.number);
}
