import { rm } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { aFile, anInstallation, aPipeline, aRelay } from "./a-run.ts";

const DONE = { unread: [], unsettled: [], isStopped: false };
const LOCAL = aFile("local", "events.ndjson");
const PLAIN = aRelay([LOCAL], [aPipeline("all", "local")]);

/** A port of this machine that nobody listens on, or somebody of the test. */
async function aPort(): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  onTestFinished(close);
  return { port: (server.address() as AddressInfo).port, close };
}

describe("run --once", () => {
  it("delivers everything once over several runs, and leaves the data directory free", async () => {
    const { log, once, delivered } = await anInstallation();
    await log(1, 2);
    expect(await once(PLAIN)).toEqual(DONE);
    await log(3);
    expect(await once(PLAIN)).toEqual(DONE);
    expect(await delivered()).toEqual([1, 2, 3]);
  });

  it("delivers nothing of a pipeline that is not enabled, and all of it once it is", async () => {
    const { log, once, delivered } = await anInstallation();
    await log(1, 2);
    expect(await once(aRelay([LOCAL], [aPipeline("all", "local", ", enabled: false")]))).toEqual(
      DONE,
    );
    expect(await delivered()).toEqual([]);
    await log(3);
    expect(await once(PLAIN)).toEqual(DONE);
    expect(await delivered()).toEqual([1, 2, 3]);
  });

  it("lets go of an endpoint that an enabled pipeline shares with one that is not", async () => {
    const { log, once, delivered } = await anInstallation();
    const off = aPipeline("off", "local", ", enabled: false");
    const shared = aRelay(
      [LOCAL],
      [aPipeline("on", "local"), off.replace("logs-audit-teleport", "logs-findings")],
    );
    await log(1);
    expect(await once(shared)).toEqual(DONE);
    await log(2);
    expect(await once(shared)).toEqual(DONE);
    expect(await delivered()).toEqual([1, 2]);
  });

  it("begins a new pipeline at the oldest entry, or now, as configured", async () => {
    const { log, once, delivered } = await anInstallation();
    await log(1, 2);
    await once(PLAIN);
    await log(3);
    const more = aRelay(
      [LOCAL, aFile("old", "old.ndjson"), aFile("new", "new.ndjson")],
      [
        aPipeline("all", "local"),
        aPipeline("from-oldest", "old", ", start: oldest"),
        aPipeline("from-now", "new", ", start: now"),
      ],
    );
    expect(await once(more)).toEqual(DONE);
    expect(await delivered("old.ndjson")).toEqual([1, 2, 3]);
    expect(await delivered("new.ndjson")).toEqual([3]);
  });

  it("names a pipeline whose endpoint does not answer, holds up no other, and delivers later", async () => {
    const { log, once, delivered } = await anInstallation();
    const { port, close } = await aPort();
    await close();
    const dead = `    - { ref: { slug: dead }, spec: { otlp: { endpoint: "http://127.0.0.1:${port}" } } }`;
    await log(1, 2);
    const end = await once(
      aRelay([LOCAL, dead], [aPipeline("all", "local"), aPipeline("late", "dead")]),
    );
    expect(end).toMatchObject({ unread: [], unsettled: [{ consumer: "late", entries: 2 }] });
    expect(end.unsettled[0]?.lastError).toMatch(/ECONNREFUSED/);
    expect(await delivered()).toEqual([1, 2]);
    const file = aFile("dead", "late.ndjson");
    expect(
      await once(aRelay([LOCAL, file], [aPipeline("all", "local"), aPipeline("late", "dead")])),
    ).toEqual(DONE);
    expect(await delivered("late.ndjson")).toEqual([1, 2]);
  });

  it("names a source that cannot be read, and delivers the others", async () => {
    const { log, once, delivered } = await anInstallation();
    await log(1);
    const broken = PLAIN.replace(
      "sources: [",
      "sources: [{ name: broken, teleportFile: { include: [teleport.log/in-a-file.log] } }, ",
    );
    expect(await once(broken)).toEqual({ ...DONE, unread: ["broken"] });
    expect(await delivered()).toEqual([1]);
  });

  it("makes the ledger again from the journal where it is gone, and takes no record twice", async () => {
    const { folder, log, once, delivered } = await anInstallation();
    await log(1, 2);
    await once(PLAIN);
    for (const name of ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", "checkpoints"])
      await rm(join(folder, "data/acme", name), { recursive: true, force: true });
    await log(3);
    expect(await once(PLAIN)).toEqual(DONE);
    expect(await delivered()).toEqual([1, 2, 3]);
  });

  it("does not listen for health: nobody asks, and two of them may run on one machine", async () => {
    const { log, once } = await anInstallation();
    const { port } = await aPort();
    await log(1);
    expect(await once(PLAIN + `health: { listen: "127.0.0.1:${port}" }\n`)).toEqual(DONE);
  });
});

describe("run", () => {
  it("keeps a second one out of its data directory, and delivers until it is told to end", async () => {
    const { log, begin, once, delivered } = await anInstallation();
    const { shutdown, ended } = begin(PLAIN, false);
    await log(1);
    await expect.poll(() => delivered()).toEqual([1]);
    await expect(once(PLAIN)).rejects.toMatchObject({ code: "DATA_DIR_LOCKED" });
    await log(2);
    await expect.poll(() => delivered()).toEqual([1, 2]);
    process.emit("SIGTERM", "SIGTERM");
    expect(await ended).toEqual({ ...DONE, isStopped: true });
    expect(shutdown.failure).toBeNull();
    expect(await once(PLAIN)).toEqual(DONE);
  });

  it("ends with the error of a part that nobody waits for", async () => {
    const { log, begin, delivered } = await anInstallation();
    const { shutdown, ended } = begin(PLAIN, false);
    await log(1);
    await expect.poll(() => delivered()).toEqual([1]);
    const error = new Error("Cannot journal a declared loss");
    shutdown.fail(error);
    await expect(ended).rejects.toBe(error);
  });

  it("does not begin where it cannot listen for health, and leaves the data directory free", async () => {
    const { log, begin, once, delivered } = await anInstallation();
    const { port } = await aPort();
    await log(1);
    const taken = PLAIN + `health: { listen: "127.0.0.1:${port}" }\n`;
    await expect(begin(taken, false).ended).rejects.toMatchObject({ code: "HEALTH_UNAVAILABLE" });
    expect(await once(PLAIN)).toEqual(DONE);
    expect(await delivered()).toEqual([1]);
  });
});
