import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { kubernetesEventId } from "../../../src/normalize/kubernetes/id.ts";
import { aWebhook, PATH } from "./a-webhook.ts";
import { auditEvent, auditEvents, eventList } from "./audit-events.ts";
import { aSetting, post, runLine, texts, untilServed } from "./harness.ts";

const REAL = readFileSync(
  new URL("../../fixtures/kubernetes/webhook-eventlist.json", import.meta.url),
);

describe("the audit webhook", () => {
  it("takes a body of a real API server: every item is a record with exactly its bytes", async () => {
    const hook = await aWebhook();
    expect(await hook.send(REAL)).toMatchObject({ status: 200 });
    const { items } = JSON.parse(REAL.toString()) as { readonly items: readonly object[] };
    const records = await texts(hook);
    expect(records.map((text) => JSON.parse(text) as unknown)).toEqual(items);
    for (const text of records) expect(REAL.includes(text)).toBe(true);
    expect(new Set(await hook.details())).toEqual(new Set(["kubernetes"]));
  });

  it("19: an item without kind has the id of the same event in the log file", async () => {
    const hook = await aWebhook();
    const { item, line } = auditEvent(1);
    await hook.send(eventList(item));
    const [entry] = await hook.journaled();
    expect(entry?.id).toBe(kubernetesEventId("prod", Buffer.from(`${line}\r`)));
  });

  it("ignores the query, and a slash at the end of the path", async () => {
    const hook = await aWebhook();
    const { port } = hook;
    for (const path of [`${PATH}?timeout=30s`, `${PATH}/`, `${PATH}/?timeout=30s&x=%2F`])
      expect((await post({ port, path, body: eventList(auditEvent(1).item) })).status).toBe(200);
  });

  it("10: one Audit-ID with different content makes different events", async () => {
    const hook = await aWebhook();
    const twins = [auditEvent(1), auditEvent(1, { verb: "delete" })];
    await hook.send(eventList(...twins.map(({ item }) => item)));
    expect(new Set((await hook.journaled()).map(({ id }) => id)).size).toBe(2);
  });

  it("11: an Audit-ID of 20 KB, or one that looks like JSON, is nothing but text", async () => {
    const hook = await aWebhook();
    const hostile = [
      "x".repeat(20_000),
      '"},{"kind":"Event\\u0000<script>${jndi}é',
      '\\"],"items":[',
    ];
    const items = hostile.map((auditID) => auditEvent(1, { auditID }).item);
    await hook.send(eventList(...items));
    expect(await texts(hook)).toEqual(items);
    const ids = (await hook.journaled()).map((entry) => entry.event().detail);
    expect(ids).toMatchObject(hostile.map((auditId) => ({ kubernetes: { auditId } })));
  });

  it("12 and 13: a user without a name, and a 401 of a single stage, are events", async () => {
    const hook = await aWebhook();
    const change = { user: {}, stage: "ResponseStarted", responseStatus: { code: 401 } };
    await hook.send(eventList(auditEvent(1, change).item));
    expect(await hook.details()).toEqual(["kubernetes", "finding"]);
  });

  it("16: a refused impersonation is an event of who tried", async () => {
    const hook = await aWebhook();
    const change = {
      user: { username: "mallory" },
      impersonatedUser: { username: "admin" },
      responseStatus: { code: 403 },
    };
    await hook.send(eventList(auditEvent(1, change).item));
    const [entry] = await hook.journaled();
    expect(entry?.event()).toMatchObject({
      actor: { impersonator: "mallory" },
      outcome: { status: "denied" },
    });
  });

  it("17: times keep their microseconds", async () => {
    const hook = await aWebhook();
    await hook.send(eventList(auditEvent(1).item));
    const [entry] = await hook.journaled();
    expect((entry?.event().occurredAt ?? 0) % 1_000).toBe(382);
  });

  it("18: whole numbers beyond 2^53 in bodies stay as they were written", async () => {
    const hook = await aWebhook();
    const item = auditEvent(1).item.replace("}", ',"n":9223372036854775807}');
    await hook.send(eventList(item));
    expect(await texts(hook)).toEqual([item]);
  });

  it("21: an item that is no event is journaled as unreadable alone, its neighbours as events", async () => {
    const hook = await aWebhook();
    const poison = [
      '{"a":}',
      "null",
      '"text"',
      "{}",
      "[1,2]",
      '{"kind":"Pod","auditID":"x"}',
      "7 8",
      "}",
      '{"a":1]',
    ];
    const [first, last] = [auditEvent(1).item, auditEvent(2).item];
    expect((await hook.send(eventList(first, ...poison, last))).status).toBe(200);
    expect(await texts(hook)).toEqual([first, ...poison, last]);
    expect(await hook.details()).toEqual([
      "kubernetes",
      ...poison.map(() => "unreadable"),
      "kubernetes",
    ]);
  });

  it.each([
    ["text", "hello"],
    ["an HTML page", "<html>{}</html>"],
    ["an object of another kind", '{"kind":"Status","code":500}'],
    ["a list", "[{},{}]"],
    ["a list that ends too early", '{"kind":"EventList","items":[]'],
    ["bytes", Buffer.from([0, 255, 1, 254])],
  ])("journals a body that is no EventList as one unreadable record: %s", async (_, body) => {
    const hook = await aWebhook();
    expect((await hook.send(body)).status).toBe(200);
    expect(await hook.details()).toEqual(["unreadable"]);
    const [record] = await hook.journaled();
    const bytes = Buffer.from(record?.event().original?.bytes ?? []);
    expect(Buffer.from(body).indexOf(bytes)).toBe(0);
  });

  it("keeps the events of a list that breaks off, and what is left as unreadable", async () => {
    const hook = await aWebhook();
    const body = eventList(auditEvent(1).item, auditEvent(2).item).slice(0, -40);
    expect((await hook.send(body)).status).toBe(200);
    expect(await hook.details()).toEqual(["kubernetes", "unreadable"]);
    expect((await texts(hook)).join(",")).toBe(body.slice(body.indexOf("[") + 1));
  });

  it("takes a single event without a list, and an empty list as nothing", async () => {
    const hook = await aWebhook();
    expect((await hook.send(auditEvent(1).line)).status).toBe(200);
    expect((await hook.send(eventList())).status).toBe(200);
    expect((await hook.send("")).status).toBe(200);
    expect(await hook.details()).toEqual(["kubernetes"]);
  });

  it("takes gzip, and declares what cannot be decompressed beside what could", async () => {
    const hook = await aWebhook();
    const gzip = { "content-encoding": "gzip" };
    const items = auditEvents(1, 200).map(({ item }) => item);
    const whole = gzipSync(eventList(...items), { level: 0 });
    expect((await hook.send(whole, gzip)).status).toBe(200);
    expect(await hook.details()).toHaveLength(200);
    const cut = gzipSync(eventList(auditEvent(201).item, auditEvent(202).item), { level: 0 });
    expect((await hook.send(cut.subarray(0, -60), gzip)).status).toBe(200);
    expect((await hook.send(Buffer.from("no gzip"), gzip)).status).toBe(200);
    expect((await hook.details()).slice(200)).toEqual(["kubernetes", "unreadable", "gap", "gap"]);
  });

  it("declares each of two bodies of which nothing can be decompressed, and one that comes again once", async () => {
    const hook = await aWebhook();
    for (const body of ["no gzip", "nor is this", "no gzip"])
      await hook.send(Buffer.from(body), { "content-encoding": "gzip" });
    expect(await hook.details()).toEqual(["gap", "gap"]);
  });

  it("declares a long body of which nothing can be decompressed once, in whatever packets it comes again", async () => {
    const hook = await aWebhook();
    const body = Buffer.alloc(20_000, "no gzip; ");
    async function* inPackets(length: number): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < body.length; at += length) {
        yield body.subarray(at, at + length);
        // Longer than it takes to see that this is none.
        const turns = at < 5_000 ? 100 : 0;
        for (let n = 0; n < turns; n++) await new Promise(setImmediate);
      }
    }
    for (const length of [20_000, 4_096, 1_000, 10])
      expect(await hook.send(inPackets(length), { "content-encoding": "gzip" })).toMatchObject({
        status: 200,
      });
    expect(await hook.details()).toEqual(["gap"]);
  });

  it("keeps a body of an encoding that nobody can read", async () => {
    const hook = await aWebhook();
    expect((await hook.send("squeezed", { "content-encoding": "br" })).status).toBe(200);
    expect(await texts(hook)).toEqual(["squeezed"]);
  });

  it("acknowledges nothing of an upload that is cut, and takes it whole when it comes again", async () => {
    const hook = await aWebhook();
    const body = Buffer.from(eventList(...auditEvents(1, 3).map(({ item }) => item)));
    async function* cut(): AsyncGenerator<Uint8Array> {
      yield body.subarray(0, -100);
      await new Promise(setImmediate);
      throw new Error("cut");
    }
    await expect(hook.send(cut(), { "content-length": String(body.length) })).rejects.toThrow(
      "cut",
    );
    expect((await hook.send(body)).status).toBe(200);
    const ids = (await hook.journaled()).map(({ id }) => id);
    expect(ids).toHaveLength(3);
  });

  it("refuses every method but POST, and every path but its own", async () => {
    const hook = await aWebhook();
    const { port } = hook;
    const got = await post({ port, path: PATH, method: "GET" });
    expect([got.status, got.headers.allow]).toEqual([405, "POST"]);
    expect((await post({ port, path: "/audit/prod2", body: "{}" })).status).toBe(404);
    expect((await post({ port, path: "/audit", body: "{}" })).status).toBe(404);
    expect(await hook.journaled()).toEqual([]);
  });

  it("counts requests by their answer, and records so that the identities hold", async () => {
    const hook = await aWebhook();
    const [item] = [auditEvent(1).item];
    await hook.send(eventList(item, "{}"));
    await hook.send(eventList(item));
    const count = (name: "read" | "accepted" | "duplicate" | "unreadable"): Promise<number> =>
      hook.metric(`chaperone_records_${name}_total`, { source: "hook" });
    expect(await count("read")).toBe(3);
    expect(await count("accepted")).toBe(2);
    expect(await count("duplicate")).toBe(1);
    expect(await count("unreadable")).toBe(1);
    const labels = { source: "hook", status: "200" };
    expect(await hook.metric("chaperone_source_requests_total", labels)).toBe(2);
  });
});

describe("several clusters at one address", () => {
  it("are told apart by their paths, and an event is its cluster's own", async () => {
    const setting = await aSetting();
    const { port } = setting;
    const sources = ["east", "west"].map(
      (name) =>
        `{ name: ${name}, cluster: ${name}, kubernetesAuditWebhook: { listen: "127.0.0.1:${port}", plainHttp: true, path: /audit/${name} } }`,
    );
    const running = await runLine(setting, sources);
    for (const name of ["east", "west"]) {
      await untilServed({ port, path: `/audit/${name}` });
      const body = eventList(auditEvent(1).item);
      await expect
        .poll(async () => (await post({ port, path: `/audit/${name}`, body })).status)
        .toBe(200);
    }
    const entries = await running.journaled();
    expect(entries.map((entry) => entry.event().origin.cluster)).toEqual(["east", "west"]);
    expect(new Set(entries.map(({ id }) => id)).size).toBe(2);
  });
});
