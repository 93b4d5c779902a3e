import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { seededRandom, seededUuid } from "../../../support/random.ts";
import { aPart, encodeMessage } from "../../../support/recording.ts";
import { LOGS, type OriginOrder, type OriginStart } from "./messages.ts";
import { answerOrders, createHandedOver } from "./orders.ts";
import { startPace } from "./pace.ts";

/*
 * An origin that writes session recordings, each whole under a temporary name and then under its own, as Teleport does: the start of a
 * session, pieces of output, its end. Fields by number as in teleport.events of
 * https://github.com/gravitational/teleport/blob/v17.0.0/api/proto/teleport/legacy/types/events/events.proto.
 */
const { folder, seed } = JSON.parse(process.argv[2] ?? "") as OriginStart;
const PRINTS = 8;
const RECORDS = PRINTS + 2;
/** Teleport cuts output into pieces: a whole record takes 64 KiB at most. */
const PRINT_BYTES_MAX = 32 * 1024;

const random = seededRandom(seed);
const written = createHandedOver(folder);
let owed = 0;

function recordSession(print: () => string): void {
  const session = seededUuid(random);
  const seconds = Math.floor(Date.now() / 1_000);
  const metadata = (
    type: string,
    index: number,
    code: string,
  ): Record<number, string | number | { 1: number }> => ({
    1: index,
    2: type,
    3: seededUuid(random),
    4: code,
    5: { 1: seconds },
    6: "root.vendor.example",
  });
  const user = { 1: "ada@vendor.example", 2: "acc" };
  const server = { 1: "default", 2: "server-1", 3: "node-1" };
  const prints = Array.from({ length: PRINTS }, (_, index) => {
    const data = print();
    return encodeMessage({
      7: {
        1: metadata("print", index + 1, ""),
        3: Buffer.from(data),
        4: data.length,
        5: index * 100,
      },
    });
  });
  const records = [
    encodeMessage({
      5: { 1: metadata("session.start", 0, "T2000I"), 2: user, 3: { 1: session }, 4: server },
    }),
    ...prints,
    encodeMessage({
      10: {
        1: metadata("session.end", RECORDS - 1, "T2004I"),
        2: user,
        3: { 1: session },
        5: server,
      },
    }),
  ];
  const path = join(folder, LOGS, `${session}.tar`);
  writeFileSync(`${path}.part`, aPart(records));
  renameSync(`${path}.part`, path);
  written.add(records);
}

function add(count: number): void {
  for (owed += count; owed >= RECORDS; owed -= RECORDS)
    recordSession(() => `${random.hex(32)}\r\n`);
}

const pace = startPace(add);

function obey(order: OriginOrder): void {
  switch (order.do) {
    case "write":
      pace.set(order.perSecond);
      return;
    case "burst":
      add(order.records);
      return;
    case "long":
      recordSession(() => random.hex(Math.min(order.bytes, PRINT_BYTES_MAX)));
      return;
    case "rotate":
    case "state":
  }
}

answerOrders(obey, () => ({ written: written.count }));
