import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { aWebhook } from "./a-webhook.ts";
import { auditEvent, auditEvents, eventList } from "./audit-events.ts";

describe("the size of a body", () => {
  const KIB64 = 65_536;

  function bodyOf(sizeBytes: number): string {
    const empty = eventList(auditEvent(1, { responseObject: { padding: "" } }).item);
    return eventList(
      auditEvent(1, { responseObject: { padding: "x".repeat(sizeBytes - empty.length) } }).item,
    );
  }

  it.each([
    ["below", KIB64 - 1],
    ["at", KIB64],
  ])("%s bodyBytesMax is taken", async (_, sizeBytes) => {
    const hook = await aWebhook(", bodyBytesMax: 64KiB");
    expect((await hook.send(bodyOf(sizeBytes))).status).toBe(200);
    expect(await hook.details()).toEqual(["kubernetes"]);
  });

  it("above it: 413 after the events that fit are durable and the rest is declared as one gap, however often it comes", async () => {
    const hook = await aWebhook(", bodyBytesMax: 64KiB");
    const items = auditEvents(1, 200).map(({ item }) => item);
    const body = eventList(...items);
    for (let times = 0; times < 3; times++) expect((await hook.send(body)).status).toBe(413);
    const entries = await hook.journaled();
    const gaps = entries.filter((entry) => entry.event().action.name === "gap");
    const events = entries.length - gaps.length;
    const whole = items.slice(0, events).join(",");
    expect(body.slice(0, KIB64)).toContain(whole);
    const lost = body.length - body.indexOf(whole) - whole.length - 1;
    expect(gaps.map((entry) => entry.event().detail)).toMatchObject([
      { gap: { sizeBytes: lost, count: null } },
    ]);
  });

  it("above it after decompression too", async () => {
    const hook = await aWebhook(", bodyBytesMax: 64KiB");
    const bomb = gzipSync(Buffer.alloc(8 * 1024 * 1024, " "));
    expect((await hook.send(bomb, { "content-encoding": "gzip" })).status).toBe(413);
    expect(await hook.details()).toEqual(["gap"]);
  });

  it("64 MiB is taken by default, and more is not", async () => {
    const hook = await aWebhook();
    const sizeBytes = 64 * 1024 * 1024;
    expect((await hook.send(bodyOf(sizeBytes))).status).toBe(200);
    expect((await hook.send(bodyOf(sizeBytes + 16))).status).toBe(413);
    expect(await hook.details()).toEqual(["kubernetes", "gap"]);
  });
});
