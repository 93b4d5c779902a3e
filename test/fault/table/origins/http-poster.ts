import { setTimeout as delay } from "node:timers/promises";
import { seededRandom } from "../../../support/random.ts";
import type { OriginOrder, OriginStart } from "./messages.ts";
import { answerOrders, createHandedOver } from "./orders.ts";
import { startPace } from "./pace.ts";
import { createPost } from "./post.ts";
import { longRecord, recordMaker } from "./records.ts";

/*
 * An origin that posts, as an API server's audit webhook (EventLists) or Teleport's event handler (one event a request) does. What is
 * not answered with 2xx is posted again until it is, after the time that `Retry-After` asks for; only then it counts as handed over.
 */
const { folder, seed, records, port, tls } = JSON.parse(process.argv[2] ?? "") as OriginStart;
const LIST_RECORDS_MAX = 100;
const LIST_BYTES_MAX = 16_000_000;
const IN_FLIGHT_MAX = 8;
const AGAIN_MS = 100;

const random = seededRandom(seed);
const make = recordMaker(records);
const isList = records === "kubernetes";
const path = isList ? "/audit/prod" : "/test.log";
const post = createPost({ port, path, tls });
const waiting: string[] = [];
let inFlight = 0;
const written = createHandedOver(folder);
let pushedBack = 0;
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
  for (;;) {
    const { status, retryAfterMs } = await post(body);
    if (status !== null && status >= 200 && status < 300) break;
    if (status === 503 && retryAfterMs !== null) pushedBack++;
    await delay(retryAfterMs ?? AGAIN_MS);
  }
  written.add(lines);
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

answerOrders(obey, () => ({ written: written.count, pushedBack }));
