import { createQuarantine } from "../../src/forward/quarantine/quarantine.ts";
import type { QuarantineOptions } from "../../src/forward/quarantine/quarantine.ts";
import type { JournalEntry } from "../../src/model/entry.ts";
import type { QuarantinedEvent } from "../../src/model/generated/quarantined-event.ts";
import type { Quarantine, RestCause } from "../../src/ports/quarantine.ts";
import type { FaultyDisk } from "./disk-faulty.ts";
import { createQuickClock } from "./quick-clock.ts";

export const REFUSED: RestCause = { code: "refused", cause: 'status 400: "no"', requestId: null };
export const SUSPECT: RestCause = {
  code: "suspect",
  cause: "suspect: 1 of 2",
  requestId: "siem:1-2",
};

/** The quarantine of the pipeline `siem` on this disk, in `/quarantine`. */
export function openQuarantine(
  { disk }: FaultyDisk,
  options: Partial<QuarantineOptions> = {},
): Promise<Quarantine> {
  const clock = createQuickClock();
  return createQuarantine({ disk, folder: "/quarantine", pipeline: "siem", clock, ...options });
}

export async function restingIn(quarantine: Quarantine): Promise<readonly QuarantinedEvent[]> {
  const resting: QuarantinedEvent[] = [];
  for await (const one of quarantine.list()) resting.push(one);
  return resting;
}

export async function restingIds(quarantine: Quarantine): Promise<readonly string[]> {
  return (await restingIn(quarantine)).map(({ eventId }) => eventId);
}

/** Every entry with a rest of its own, so that each is in a file of its own where files are small. */
export async function restEach(
  quarantine: Quarantine,
  entries: readonly JournalEntry[],
  cause: RestCause = REFUSED,
): Promise<void> {
  for (const entry of entries) await quarantine.rest([entry], cause);
}
