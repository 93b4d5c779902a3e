import { join } from "node:path";
import { nodeDisk } from "../../src/platform/disk.ts";
import { systemClock } from "../../src/platform/clock.ts";
import { temporaryFolder } from "../support/disk.ts";
import { openJournal } from "../support/disk-journal.ts";
import { journalContract } from "./journal.ts";

journalContract("the local journal", async () => {
  const folder = join(await temporaryFolder(), "journal");
  const open = async () => (await openJournal(nodeDisk, { folder, clock: systemClock })).journal;
  return { make: open, reopen: open };
});

journalContract("the local journal, with small segments and nothing kept in memory,", async () => {
  const folder = join(await temporaryFolder(), "journal");
  const small = { segmentBytesMax: 20_000, commitBytesMax: 2_000, recentBytesMax: 0 };
  const open = async () =>
    (await openJournal(nodeDisk, { folder, clock: systemClock, ...small })).journal;
  return { make: open, reopen: open };
});
