import { createWriteStream } from "node:fs";
import { mkdir, readFile, utimes, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { expect, it } from "vitest";
import { freePort } from "../../support/containers/port.ts";
import { temporaryFolder } from "../../support/disk.ts";
import { aPart, aSession } from "../../support/recording.ts";
import { countLines } from "./count-lines.ts";
import { HOSTILE_LINES, smallEvent } from "./lines.ts";
import { configurationOf, RESIDENT_MIB_MAX, startMeasured } from "./process.ts";

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const SMALL = (number: number): Buffer => Buffer.concat([smallEvent(number), Buffer.from("\n")]);

/** A whole GiB of one byte between what stands before and after it. */
function* oneGib(
  byte: number,
  before: Buffer = Buffer.alloc(0),
  after: Buffer = Buffer.alloc(0),
): Generator<Buffer> {
  yield before;
  const piece = Buffer.alloc(MIB, byte);
  for (let made = 0; made < GIB; made += MIB) yield piece;
  yield after;
}

it.each([
  ["NULs", 0, 2],
  ["text without a line feed", 0x78, 3],
] as const)(
  "a gz of 1 GiB of %s in a watched folder: its neighbours are delivered, a line too long is as its head, and memory stays within bounds",
  async (_, byte, events) => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "logs"));
    const path = join(folder, "logs/audit.log.1.gz");
    const after = Buffer.concat([Buffer.from(byte === 0 ? "" : "\n"), SMALL(2)]);
    await pipeline(
      oneGib(byte, SMALL(1), after),
      createGzip({ level: 1 }),
      createWriteStream(path),
    );
    await utimes(path, 1, 1);
    const source = { cluster: "prod", kubernetesAuditFile: { include: [join(folder, "logs/*")] } };
    const chaperone = await startMeasured(folder, {
      configuration: configurationOf(folder, { source }),
      once: true,
    });
    const { code, residentMib, errors } = await chaperone.ended;
    expect(code, errors).toBe(0);
    expect(await delivered(folder)).toBe(events);
    expect(residentMib).toBeLessThanOrEqual(RESIDENT_MIB_MAX);
  },
);

it("a part of a recording that inflates to 1 GiB: the parts around it are delivered, what it holds is declared, and memory stays within bounds", async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, "recordings"));
  const body = createGzip({ level: 1 });
  const compressed: Buffer[] = [];
  body.on("data", (chunk: Buffer) => compressed.push(chunk));
  await pipeline(oneGib(0xff), body);
  const session = aSession(4);
  const bomb = aPart([], { body: Buffer.concat(compressed) });
  const parts = [aPart(session.slice(0, 3)), bomb, aPart(session.slice(3))];
  const path = join(folder, "recordings", "5f0c9b1e-3c5d-4f0a-9a55-9d6a2f2f0001.tar");
  await writeFile(path, Buffer.concat(parts));
  await utimes(path, 1, 1);
  const source = { teleportRecordings: { directory: join(folder, "recordings") } };
  const chaperone = await startMeasured(folder, {
    configuration: configurationOf(folder, { source, stream: "logs-session-teleport" }),
    once: true,
  });
  const { code, residentMib, errors } = await chaperone.ended;
  expect(code, errors).toBe(0);
  expect(await delivered(folder)).toBe(7);
  expect(residentMib).toBeLessThanOrEqual(RESIDENT_MIB_MAX);
});

it.each([
  ["of 64 MiB is delivered", "whole", 200, 3],
  ["that inflates to 1 GiB is refused, with what it began with delivered", "bomb", 413, 4],
] as const)(
  "a body posted to the webhook %s, its neighbours too, and memory stays within bounds",
  async (_, kind, status, events) => {
    const folder = await temporaryFolder();
    const port = await freePort();
    const webhook = {
      listen: `127.0.0.1:${port}`,
      plainHttp: true,
      path: "/audit",
      // The time that a slow machine takes is not what is looked at.
      acceptWaitMax: "PT5M",
    };
    const chaperone = await startMeasured(folder, {
      configuration: configurationOf(folder, {
        source: { cluster: "prod", kubernetesAuditWebhook: webhook },
      }),
      once: false,
    });
    const answers = [
      await untilAnswered(() => post(port, [listOf(smallEvent(1))])),
      kind === "bomb"
        ? await post(port, oneGib(0x78, listOf(smallEvent(2)).subarray(0, -2)), true)
        : await post(port, [wholeBody()]),
      await post(port, [listOf(smallEvent(3))]),
    ];
    expect(answers).toEqual([200, status, 200]);
    await expect.poll(() => delivered(folder), { timeout: 200_000, interval: 500 }).toBe(events);
    chaperone.stop();
    const { code, residentMib, errors } = await chaperone.ended;
    expect(code, errors).toBe(0);
    expect(residentMib).toBeLessThanOrEqual(RESIDENT_MIB_MAX);
  },
);

/** Events that the destination has. */
async function delivered(folder: string): Promise<number> {
  return countLines(await readFile(join(folder, "events.ndjson")));
}

function listOf(item: Buffer): Buffer {
  return Buffer.concat([Buffer.from('{"items":['), item, Buffer.from("]}")]);
}

/** A list with one event whose body is a text, as long as a body may be. */
function wholeBody(): Buffer {
  const long = HOSTILE_LINES["an event with a body of one text"]?.() ?? Buffer.alloc(0);
  const head = long.subarray(0, 64 * MIB - 2_000 - listOf(Buffer.alloc(0)).length);
  return listOf(Buffer.concat([head, long.subarray(-2_000)]));
}

/** The status of the answer. */
async function post(port: number, body: Iterable<Buffer>, isGzip = false): Promise<number> {
  const headers = {
    "content-type": "application/json",
    ...(isGzip ? { "content-encoding": "gzip" } : {}),
  };
  const sending = request({ host: "127.0.0.1", port, path: "/audit", method: "POST", headers });
  const answered = new Promise<number>((resolve, reject) => {
    sending.on("response", (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sending.on("error", reject);
  });
  const sent = isGzip ? pipeline(body, createGzip({ level: 1 }), sending) : pipeline(body, sending);
  // The answer may come before the body is out: that it then cannot be written is no failure.
  sent.catch(() => undefined);
  return answered;
}

async function untilAnswered(ask: () => Promise<number>): Promise<number> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ECONNREFUSED") throw error;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
