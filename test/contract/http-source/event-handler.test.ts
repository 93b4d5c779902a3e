import { hash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  aSetting,
  closeGate,
  createGatedDisk,
  post,
  runLine,
  texts,
  untilServed,
  type Answer,
  type GatedDisk,
  type RunningLine,
} from "./harness.ts";

const EVENT = {
  ei: 0,
  event: "exec",
  uid: "d0d8a6f4-0e57-4b34-8f4f-1d9e5f1f0c11",
  code: "T3002I",
  time: "2026-11-22T06:05:59.92Z",
  cluster_name: "root.example",
  user: "nora@vendor.example",
  sid: "5d8f2a3e-9a51-4be7-9a50-6f2f5b4f9f00",
  pid: 41_234,
  tx: 3.5,
  argv: ["-c", "ls <&>"],
};
/** As the file has it: an integer beyond 2^53 with all its digits, fractions of six. */
const LINE = JSON.stringify(EVENT).replace("3.5", '0.123457,"cgroup_id":9007199254740993');
/** As the handler sends it: keys sorted, spaces after commas, numbers of a double, < > & escaped. */
const POSTED = `{"argv":["-c", "ls \\u003c\\u0026\\u003e"], "cgroup_id":9007199254740992, "cluster_name":"root.example", "code":"T3002I", "ei":0, "event":"exec", "pid":41234, "sid":"${EVENT.sid}", "time":"2026-11-22T06:05:59.92Z", "tx":0.1234567, "uid":"${EVENT.uid}", "user":"nora@vendor.example"}`;

interface Handler extends RunningLine {
  readonly folder: string;
  readonly gate: GatedDisk;
  send(body: string | Uint8Array, path?: string): Promise<Answer>;
}

async function aHandler(options = ""): Promise<Handler> {
  const setting = await aSetting();
  const { port, folder } = setting;
  const gate = createGatedDisk();
  const running = await runLine(
    setting,
    [
      `{ name: handler, teleportEventHandler: { listen: "127.0.0.1:${port}", plainHttp: true${options} } }`,
      `{ name: file, teleportFile: { include: [events.log], poll: PT0.01S } }`,
    ],
    { outside: { disk: gate.disk } },
  );
  await untilServed({ port, path: "/test.log" });
  return {
    ...running,
    folder,
    gate,
    send: (body, path = "/test.log") => post({ port, path, body }),
  };
}

describe("Teleport's event handler", () => {
  it("posts an event, and has 200 when it is durable", async () => {
    const handler = await aHandler();
    expect((await handler.send(POSTED)).status).toBe(200);
    expect(await texts(handler)).toEqual([POSTED]);
  });

  it("has no answer before its event is durable, and 503 with Retry-After where that takes too long", async () => {
    const handler = await aHandler(
      ", acceptWaitMax: PT1S, retryAfterMin: PT3S, retryAfterMax: PT9S",
    );
    const open = closeGate(handler.gate);
    let isAnswered = false;
    const sent = handler.send(POSTED).finally(() => (isAnswered = true));
    expect(await handler.send(POSTED, "/elsewhere")).toMatchObject({ status: 404 });
    expect(isAnswered).toBe(false);
    const late = await sent;
    expect([late.status, late.headers["retry-after"]]).toEqual([503, "3"]);
    const again = handler.send(POSTED);
    open();
    expect((await again).status).toBe(200);
    expect(await texts(handler)).toEqual([POSTED]);
  });

  it("posts the events of a session to the session's own path", async () => {
    const handler = await aHandler();
    expect((await handler.send(POSTED, `/session.${EVENT.sid}.log`)).status).toBe(200);
    for (const path of ["/session", "/session.log", "/session..log", "/sessions.x.log", "/"])
      expect([path, (await handler.send(POSTED, path)).status]).toEqual([path, 404]);
    expect(await handler.journaled()).toHaveLength(1);
  });

  it("an event that names no session has that of its path, so that prints of two sessions are two events", async () => {
    const handler = await aHandler();
    const print = '{"event":"print","ei":7,"time":"2026-11-22T06:05:59.92Z","data":"aGk="}';
    for (const sid of ["s-1", "s-2"]) await handler.send(print, `/session.${sid}.log`);
    const events = (await handler.journaled()).map((entry) => entry.event());
    expect(events.map(({ session }) => session?.id)).toEqual(["s-1", "s-2"]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(2);
  });

  it.each(["file first", "handler first"])(
    "the same event by file and by handler is one event, and no reused id: %s",
    async (order) => {
      const handler = await aHandler();
      const write = (): Promise<void> => writeFile(join(handler.folder, "events.log"), `${LINE}\n`);
      const duplicates = async (): Promise<number> =>
        (await handler.metric("chaperone_records_duplicate_total", { source: "file" })) +
        (await handler.metric("chaperone_records_duplicate_total", { source: "handler" }));
      if (order === "file first") {
        await write();
        await expect.poll(async () => (await handler.journaled()).length).toBe(1);
      }
      expect((await handler.send(POSTED)).status).toBe(200);
      await write();
      await expect.poll(duplicates).toBe(1);
      expect(await handler.journaled()).toHaveLength(1);
    },
  );

  it("another content under the same id is another event, and a finding", async () => {
    const handler = await aHandler();
    await handler.send(POSTED);
    await handler.send(POSTED.replace("nora@", "nona@"));
    const actions = (await handler.journaled()).map((entry) => entry.event().action.name);
    expect(actions).toEqual(["exec", "exec", "event-id-reused"]);
  });

  it.each([
    ["no JSON", "{"],
    ["no object", "[1]"],
    ["no event", '{"a":1}'],
  ])("a body that is %s is journaled as unreadable, and has 200", async (_, body) => {
    const handler = await aHandler();
    expect((await handler.send(body)).status).toBe(200);
    const [entry] = await handler.journaled();
    expect(entry?.event().action.name).toBe("unreadable");
    expect(await texts(handler)).toEqual([body]);
  });

  it.each([
    ["below", -1],
    ["at", 0],
  ])("a body %s bodyBytesMax is an event", async (_, more) => {
    const handler = await aHandler(", bodyBytesMax: 64KiB");
    const body = POSTED.padEnd(65_536 + more, " ");
    expect((await handler.send(body)).status).toBe(200);
    expect((await handler.journaled()).map((entry) => entry.event().action.name)).toEqual(["exec"]);
  });

  it("of a body above bodyBytesMax head, digest and length are kept, and it has 200", async () => {
    const handler = await aHandler(", bodyBytesMax: 64KiB");
    const body = JSON.stringify({ ...EVENT, padding: "x".repeat(100_000) });
    expect((await handler.send(body)).status).toBe(200);
    const [entry] = await handler.journaled();
    const { action, original, detail } = entry?.event() ?? {};
    expect(action?.name).toBe("unreadable");
    expect(JSON.stringify(detail)).toContain(hash("sha256", body));
    expect(original?.truncatedFromBytes).toBe(body.length);
    expect(body.startsWith(Buffer.from(original?.bytes ?? []).toString())).toBe(true);
    expect(original?.bytes).toHaveLength(65_536);
  });

  it("is evidence up to now while it listens and nothing is on its way", async () => {
    const handler = await aHandler();
    await expect
      .poll(() => handler.line.watermarks.current())
      .toMatchObject({ isEvidenceIdle: true, hasEnded: false });
    const before = Date.now();
    await expect
      .poll(() => handler.line.watermarks.state("handler").watermark)
      .toBeGreaterThan((before - 60_000) * 1_000);
  });
});
