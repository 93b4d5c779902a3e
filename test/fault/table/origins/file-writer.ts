import { hash } from "node:crypto";
import { appendFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { seededRandom } from "../../../support/random.ts";
import {
  LOGS,
  WRITTEN_FILE,
  type OriginOrder,
  type OriginStart,
  type OriginState,
} from "./messages.ts";
import { longRecord, recordMaker } from "./records.ts";

/*
 * An origin that writes log files: whole lines torn between two writes, at the rate that its parent asks for; renamed when the parent
 * says so. What it wrote is in `written.bin`, digest by digest.
 */
const { folder, seed, records } = JSON.parse(process.argv[2] ?? "") as OriginStart;
const TICK_MS = 20;
const BURST_RECORDS = 500;
/** A stall of this process is no reason to write a minute's records at once. */
const DUE_MS_MAX = 1_000;

const random = seededRandom(seed);
const make = recordMaker(records);
const ready: string[] = [];
const current = join(folder, LOGS, "audit.log");
let written = 0;
let rotations = 0;
let perSecond = 0;
let lastMs = performance.now();
let owed = 0;

function write(lines: readonly string[]): void {
  if (lines.length === 0) return;
  const text = lines.map((line) => `${line}\n`).join("");
  const cut = random.below(text.length);
  appendFileSync(current, text.slice(0, cut));
  appendFileSync(current, text.slice(cut));
  const digests = lines.map((line) => hash("md5", line, "buffer"));
  appendFileSync(join(folder, WRITTEN_FILE), Buffer.concat(digests));
  written += lines.length;
}

function take(count: number): readonly string[] {
  while (ready.length < count) ready.push(...make(random));
  return ready.splice(0, count);
}

function tick(): void {
  const now = performance.now();
  owed += (Math.min(now - lastMs, DUE_MS_MAX) * perSecond) / 1_000;
  lastMs = now;
  const due = Math.floor(owed);
  owed -= due;
  write(take(due));
}

function rotate(): void {
  rotations++;
  renameSync(current, join(folder, LOGS, `audit-${String(rotations).padStart(6, "0")}.log`));
}

function obey(order: OriginOrder): void {
  switch (order.do) {
    case "write":
      ({ perSecond } = order);
      lastMs = performance.now();
      owed = 0;
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

appendFileSync(join(folder, WRITTEN_FILE), "");
appendFileSync(current, "");
setInterval(tick, TICK_MS);
process.on("message", (order: OriginOrder) => {
  obey(order);
  process.send?.({ written } satisfies OriginState);
});
process.on("disconnect", () => process.exit());
process.send?.({ written } satisfies OriginState);
