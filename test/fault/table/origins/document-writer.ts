import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MICROS_PER_MS } from "../../../../src/model/time.ts";
import { seededRandom } from "../../../support/random.ts";
import { approvalOf, snapshotAt } from "./documents.ts";
import { LOGS, type OriginOrder, type OriginStart } from "./messages.ts";
import { answerOrders, createHandedOver } from "./orders.ts";
import { startPace } from "./pace.ts";

/*
 * An origin that writes documents, each a file and a record of its own: snapshots of support access, or approvals that were given in
 * another way with their evidence. A person or a timer makes them, so they are few: one at once, then at the rate that is asked for.
 */
const { folder, seed, records } = JSON.parse(process.argv[2] ?? "") as OriginStart;
/** Of a burst of records, one in so many. */
const BURST_EVERY = 1_000;

const random = seededRandom(seed);
const written = createHandedOver(folder);

/** Whole under another name first: a folder of snapshots has every file read. */
function place(name: string, content: string): void {
  const beside = join(folder, "unfinished");
  writeFileSync(beside, content);
  renameSync(beside, join(folder, LOGS, name));
}

function writeDocument(): void {
  const now = Date.now() * MICROS_PER_MS;
  const id = random.hex(12);
  const document = records === "snapshots" ? snapshotAt(now, id) : approvalOf(now, id);
  for (const { name, content } of document.evidence) place(name, content);
  place(document.name, document.content);
  written.add([document.content]);
}

const pace = startPace((due) => {
  for (let n = 0; n < due; n++) writeDocument();
});

function obey(order: OriginOrder): void {
  switch (order.do) {
    case "write":
      if (order.perSecond > 0) writeDocument();
      pace.set(order.perSecond);
      return;
    case "burst":
      for (let n = 0; n < order.records; n += BURST_EVERY) writeDocument();
      return;
    case "long":
    case "rotate":
    case "state":
  }
}

answerOrders(obey, () => ({ written: written.count }));
