import { hash } from "node:crypto";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { seededRandom } from "../../../support/random.ts";
import { WRITTEN_FILE, type OriginOrder, type OriginStart, type OriginState } from "./messages.ts";
import { startPace } from "./pace.ts";
import { longRecord, recordMaker } from "./records.ts";

/*
 * An origin that posts, as an API server's audit webhook (EventLists) or Teleport's event handler (one event a request) does. What is
 * not answered with 2xx is posted again until it is; only then it counts as handed over.
 */
const { folder, seed, records, port } = JSON.parse(process.argv[2] ?? "") as OriginStart;
const LIST_RECORDS_MAX = 100;
const LIST_BYTES_MAX = 16_000_000;
const IN_FLIGHT_MAX = 8;
const ANSWER_MS_MAX = 30_000;
const AGAIN_MS = 100;

const random = seededRandom(seed);
const make = recordMaker(records);
const isList = records === "kubernetes";
const url = `http://127.0.0.1:${port}${isList ? "/audit/prod" : "/test.log"}`;
const waiting: string[] = [];
let inFlight = 0;
let written = 0;
let idle: () => void = () => undefined;

function take(): readonly string[] {
  const taken = waiting.splice(0, 1);
  if (!isList) return taken;
  let bytes = taken[0]?.length ?? 0;
  while (taken.length < LIST_RECORDS_MAX && waiting[0] !== undefined) {
    bytes += waiting[0].length;
    if (bytes > LIST_BYTES_MAX) break;
    taken.push(...waiting.splice(0, 1));
  }
  return taken;
}

async function postUntilTaken(lines: readonly string[]): Promise<void> {
  const items = lines.join(",");
  const body = isList
    ? `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${items}]}`
    : items;
  while (!(await isTaken(body))) await delay(AGAIN_MS);
  const digests = lines.map((line) => hash("md5", line, "buffer"));
  appendFileSync(join(folder, WRITTEN_FILE), Buffer.concat(digests));
  written += lines.length;
}

async function isTaken(body: string): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    await answer.body?.cancel();
    return answer.ok;
  } catch {
    return false;
  }
}

function send(): void {
  while (inFlight < IN_FLIGHT_MAX && waiting.length > 0) {
    inFlight++;
    void postUntilTaken(take()).then(() => {
      inFlight--;
      send();
      if (inFlight === 0) idle();
    });
  }
}

const pace = startPace((due) => {
  add(due);
});

function add(count: number): void {
  for (let added = 0; added < count;) {
    const made = make(random);
    waiting.push(...made);
    added += made.length;
  }
  send();
}

async function obey(order: OriginOrder): Promise<void> {
  switch (order.do) {
    case "write":
      pace.set(order.perSecond);
      if (order.perSecond > 0 || inFlight === 0) return;
      await new Promise<void>((resolve) => (idle = resolve));
      return;
    case "burst":
      add(order.records);
      return;
    case "long":
      waiting.push(longRecord(records, random, order.bytes));
      send();
      return;
    case "rotate":
    case "state":
  }
}

appendFileSync(join(folder, WRITTEN_FILE), "");
process.on("message", (order: OriginOrder) => {
  void obey(order).then(() => process.send?.({ written } satisfies OriginState));
});
process.on("disconnect", () => process.exit());
process.send?.({ written } satisfies OriginState);
