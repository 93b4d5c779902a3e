import { appendFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "../../../support/random.ts";
import { LOGS, type OriginOrder, type OriginStart } from "./messages.ts";
import { answerOrders, createHandedOver } from "./orders.ts";
import { startPace } from "./pace.ts";
import { longRecord, recordMaker } from "./records.ts";

/*
 * An origin that writes log files: whole lines torn between two writes, at the rate that its parent asks for; renamed when the parent
 * says so. What it wrote is in `written.bin`, digest by digest.
 */
const { folder, seed, records } = JSON.parse(process.argv[2] ?? "") as OriginStart;
const BURST_RECORDS = 500;

const random = seededRandom(seed);
const make = recordMaker(records);
const ready: string[] = [];
const current = join(folder, LOGS, "audit.log");
const written = createHandedOver(folder);
let rotations = 0;

function write(lines: readonly string[]): void {
  const text = lines.map((line) => `${line}\n`).join("");
  const cut = random.below(text.length);
  appendFileSync(current, text.slice(0, cut));
  appendFileSync(current, text.slice(cut));
  written.add(lines);
}

function take(count: number): readonly string[] {
  while (ready.length < count) ready.push(...make(random));
  return ready.splice(0, count);
}

function rotate(): void {
  rotations++;
  renameSync(current, join(folder, LOGS, `audit-${String(rotations).padStart(6, "0")}.log`));
}

function obey(order: OriginOrder): void {
  switch (order.do) {
    case "write":
      pace.set(order.perSecond);
      return;
    case "burst":
      for (let left = order.records; left > 0; left -= BURST_RECORDS)
        write(take(Math.min(left, BURST_RECORDS)));
      return;
    case "long":
      write([longRecord(records, random, order.bytes)]);
      return;
    case "rotate":
      rotate();
      return;
    case "state":
  }
}

appendFileSync(current, "");
const pace = startPace((due) => write(take(due)));
answerOrders(obey, () => ({ written: written.count }));
