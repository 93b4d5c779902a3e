import { appendFileSync } from "node:fs";
import { hash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { join } from "node:path";
import { decodeOtlp } from "../../../support/otlp-schema.ts";
import { wireRecords, type WireRecord } from "../../../support/otlp-wire.ts";
import {
  LONG_BYTES_MIN,
  OWN_FILE,
  SEEN_FILE,
  type Conduct,
  type DestinationState,
  type DestinationStart,
} from "./messages.ts";

/*
 * An OTLP/HTTP destination in a process of its own, which its parent tells how to behave. What it takes is in its files before it is
 * answered: for every record the digests of its body and of its id, and whole what is an event of Chaperone's own.
 */
const { folder, port } = JSON.parse(process.argv[2] ?? "") as DestinationStart;
const sockets = new Set<Socket>();
const distinct = new Set<string>();
const state = { requests: 0, records: 0, long: 0, refused: 0 };
let conduct: Conduct = { kind: "take" };

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("error", () => undefined);
  request.on("end", () => answer(request, response, Buffer.concat(chunks)));
});
server.keepAliveTimeout = 60_000;
server.on("connection", (socket: Socket) => {
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
});

function answer(_request: IncomingMessage, response: ServerResponse, body: Buffer): void {
  state.requests++;
  switch (conduct.kind) {
    case "hang":
      return;
    case "status":
      state.refused++;
      response.writeHead(conduct.status, { "content-type": "application/json" }).end("{}");
      return;
    case "take-unanswered":
      take(body);
      response.socket?.resetAndDestroy();
      return;
    case "down":
      response.socket?.resetAndDestroy();
      return;
    case "take":
      take(body);
      response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  }
}

function take(body: Buffer): void {
  const seen: Buffer[] = [];
  let own = "";
  for (const record of wireRecords(body)) {
    state.records++;
    if (isOwn(record)) {
      own += `${JSON.stringify(decodeOtlp("LogRecord", record.bytes))}\n`;
      continue;
    }
    const body = record.body ?? new Uint8Array();
    if (body.byteLength >= LONG_BYTES_MIN) state.long++;
    const digest = hash("md5", body, "buffer");
    seen.push(digest, hash("md5", record.text("log.record.uid") ?? "", "buffer"));
    distinct.add(digest.toString("latin1"));
  }
  appendFileSync(join(folder, SEEN_FILE), Buffer.concat(seen));
  if (own !== "") appendFileSync(join(folder, OWN_FILE), own);
}

/** Chaperone's own events have no original. */
function isOwn(record: WireRecord): boolean {
  return record.text("chaperone.original.sha256") === null;
}

/** A destination that is down refuses connections: nobody listens. */
async function behave(next: Conduct): Promise<void> {
  conduct = next;
  if (next.kind === "down") {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
    return;
  }
  if (!server.listening)
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
}

process.on("message", (next: Conduct | "state") => {
  const done = next === "state" ? Promise.resolve() : behave(next);
  void done.then(() => {
    const report: DestinationState = { ...state, distinct: distinct.size };
    process.send?.(report);
  });
});
process.on("disconnect", () => process.exit());
process.send?.({ ...state, distinct: 0 } satisfies DestinationState);
