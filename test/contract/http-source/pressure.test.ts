import { describe, expect, it } from "vitest";
import { auditEvent, auditEvents, eventList } from "./audit-events.ts";
import {
  aSetting,
  closeGate,
  createGatedDisk,
  post,
  runLine,
  untilServed,
  type Answer,
  type GatedDisk,
  type RunningLine,
} from "./harness.ts";

interface Pressed extends RunningLine {
  readonly port: number;
  readonly gate: GatedDisk;
  send(...numbers: readonly number[]): Promise<Answer>;
  numbers(): Promise<readonly number[]>;
}

async function aWebhook(options = ""): Promise<Pressed> {
  const setting = await aSetting();
  const { port } = setting;
  const gate = createGatedDisk();
  const running = await runLine(
    setting,
    [
      `{ name: hook, cluster: prod, kubernetesAuditWebhook: { listen: "127.0.0.1:${port}", plainHttp: true, path: /audit${options} } }`,
    ],
    { outside: { disk: gate.disk } },
  );
  await untilServed({ port, path: "/audit" });
  return {
    ...running,
    port,
    gate,
    send: (...numbers) =>
      post({
        port,
        path: "/audit",
        body: eventList(...numbers.map((number) => auditEvent(number).item)),
      }),
    numbers: async () =>
      (await running.journaled()).map((entry) => {
        const { detail } = entry.event();
        const id = detail !== null && "kubernetes" in detail ? detail.kubernetes.auditId : "";
        return Number(id.slice(-12));
      }),
  };
}

describe("a journal that cannot take more", () => {
  it("22: is told to the API server as 503 with Retry-After, and what it sends again is taken once it can", async () => {
    const hook = await aWebhook(", acceptWaitMax: PT1S, retryAfterMin: PT2S, retryAfterMax: PT5S");
    hook.gate.isFull = true;
    const waits: unknown[] = [];
    for (let times = 0; times < 3; times++) {
      const answer = await hook.send(1);
      expect(answer.status).toBe(503);
      waits.push(answer.headers["retry-after"]);
    }
    expect(waits).toEqual(["2", "4", "5"]);
    hook.gate.isFull = false;
    await expect.poll(async () => (await hook.send(1)).status, { timeout: 15_000 }).toBe(200);
    expect(await hook.numbers()).toEqual([1]);
  });

  it("acknowledges nothing before it is durable", async () => {
    const hook = await aWebhook();
    const open = closeGate(hook.gate);
    let isAnswered = false;
    const sent = hook.send(1).finally(() => (isAnswered = true));
    await expect
      .poll(() => hook.metric("chaperone_source_requests_total", { source: "hook", status: "405" }))
      .toBe(1);
    const other = await post({ port: hook.port, path: "/elsewhere" });
    expect(other.status).toBe(404);
    expect(isAnswered).toBe(false);
    open();
    expect((await sent).status).toBe(200);
  });

  it("20: a batch that was stored after its time ran out is journaled once when it comes again", async () => {
    const hook = await aWebhook(", acceptWaitMax: PT1S");
    const open = closeGate(hook.gate);
    const late = await hook.send(1, 2);
    expect([late.status, late.headers["retry-after"]]).toEqual([503, "1"]);
    open();
    expect((await hook.send(1, 2)).status).toBe(200);
    expect(await hook.numbers()).toEqual([1, 2]);
  });
});

describe("requests at once", () => {
  it("beyond requestsInFlightMax are pushed back, those within it are not", async () => {
    const hook = await aWebhook(", requestsInFlightMax: 3");
    const open = closeGate(hook.gate);
    const within = [1, 2, 3].map((number) => hook.send(number));
    const beyond = async (): Promise<unknown> => {
      const { status, headers } = await hook.send(4);
      return { status, isToldToWait: Number(headers["retry-after"]) >= 1 };
    };
    await expect.poll(beyond).toEqual({ status: 503, isToldToWait: true });
    open();
    expect((await Promise.all(within)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await hook.send(4)).status).toBe(200);
  });

  it("beyond bytesInFlightMax are pushed back until bytes are durable", async () => {
    const hook = await aWebhook(
      ", bodyBytesMax: 64KiB, bytesInFlightMax: 64KiB, acceptWaitMax: PT1S",
    );
    const open = closeGate(hook.gate);
    const big = eventList(auditEvent(1, { padding: "x".repeat(60_000) }).item);
    const sendBig = (): Promise<Answer> => post({ port: hook.port, path: "/audit", body: big });
    const first = sendBig();
    const second = await sendBig();
    const answers = [second, await first];
    expect(answers.map(({ status }) => status)).toEqual([503, 503]);
    for (const { headers } of answers)
      expect(Number(headers["retry-after"])).toBeGreaterThanOrEqual(1);
    open();
    await expect.poll(async () => (await sendBig()).status).toBe(200);
    expect(await hook.journaled()).toHaveLength(1);
  });

  it("share fsyncs: many posts of one event cost far fewer than one each", async () => {
    const hook = await aWebhook();
    await hook.send(0);
    const before = hook.gate.synced;
    const open = closeGate(hook.gate);
    const sent = auditEvents(1, 100).map((_, index) => hook.send(index + 1));
    await expect
      .poll(() => hook.metric("chaperone_records_read_total", { source: "hook" }))
      .toBe(1);
    open();
    for (const { status } of await Promise.all(sent)) expect(status).toBe(200);
    expect(await hook.numbers()).toHaveLength(101);
    expect(hook.gate.synced - before).toBeLessThan(40);
  });

  it("that arrive out of order are all taken", async () => {
    const hook = await aWebhook();
    const order = [5, 1, 4, 2, 3];
    const answers = await Promise.all(order.map((number) => hook.send(number * 2, number * 2 + 1)));
    expect(answers.map(({ status }) => status)).toEqual(order.map(() => 200));
    expect((await hook.numbers()).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 10 }, (_, index) => index + 2),
    );
  });
});

describe("the end", () => {
  it("answers what is under way when it is durable, and refuses what comes then with 503", async () => {
    const hook = await aWebhook();
    const open = closeGate(hook.gate);
    const sent = hook.send(1);
    const slow = Promise.withResolvers<void>();
    async function* body(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{"items":[');
      await slow.promise;
      yield Buffer.from("]}");
    }
    const late = post({ port: hook.port, path: "/audit", body: body() });
    await expect.poll(() => hook.line.watermarks.current().hasEnded).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 50));
    hook.beginStop();
    const refused = await hook.send(2);
    expect([refused.status, refused.headers.connection]).toEqual([503, "close"]);
    slow.resolve();
    open();
    expect((await sent).status).toBe(200);
    expect((await late).status).toBe(200);
    await hook.stop();
    await expect(hook.send(3)).rejects.toThrow("ECONNREFUSED");
  });

  it("does not wait for an upload that never ends", async () => {
    const hook = await aWebhook();
    async function* body(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`{"items":[${auditEvent(1).item},`);
      await new Promise(() => undefined);
    }
    const cut = post({ port: hook.port, path: "/audit", body: body() }).catch(() => "cut");
    const other = await hook.send(2);
    expect(other.status).toBe(200);
    await hook.stop();
    expect(await cut).toBe("cut");
  });

  it("run --once does not listen, and has ended", async () => {
    const setting = await aSetting();
    const { port } = setting;
    const running = await runLine(
      setting,
      [
        `{ name: hook, cluster: prod, kubernetesAuditWebhook: { listen: "127.0.0.1:${port}", plainHttp: true } }`,
      ],
      { stopAtEnd: true },
    );
    await expect.poll(() => running.line.watermarks.current().hasEnded).toBe(true);
    await expect(post({ port, path: "/" })).rejects.toThrow("ECONNREFUSED");
  });
});

describe("an address that cannot be had", () => {
  it("makes the source failing, and is tried again until it can", async () => {
    const first = await aWebhook();
    const setting = { ...(await aSetting()), port: first.port };
    const second = await runLine(setting, [
      `{ name: hook, cluster: prod, kubernetesAuditWebhook: { listen: "localhost:${first.port}", plainHttp: true, path: /second } }`,
    ]);
    const isFailing = (): boolean => second.line.watermarks.state("hook").isFailing;
    await expect.poll(isFailing).toBe(true);
    await first.stop();
    await expect.poll(isFailing, { timeout: 15_000 }).toBe(false);
    const sent = { port: first.port, path: "/second", body: eventList(auditEvent(1).item) };
    expect((await post(sent)).status).toBe(200);
  });
});
