import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFile, mkdir, readFile, rename, stat, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createFileSink } from "../../../../src/forward/file/sink.ts";
import { nodeDisk } from "../../../../src/platform/disk.ts";
import type { Disk } from "../../../../src/ports/disk.ts";
import type { Sink } from "../../../../src/ports/sink.ts";
import { temporaryFolder } from "../../../support/disk.ts";
import { anEvent, entriesOf, someEntries } from "../../../support/entries.ts";

const never: AbortSignal = new AbortController().signal;
const DELIVERED = { status: "delivered" };

function sinkAt(path: string, disk: Disk = nodeDisk): Sink {
  const sink = createFileSink(
    { slug: "local", displayName: "File", spec: { kind: "file", path } },
    { disk },
  );
  onTestFinished(() => sink.close());
  return sink;
}

async function deliver(sink: Sink, ...ids: readonly string[]): Promise<unknown> {
  return sink.deliver(entriesOf(ids.map((id) => anEvent({ id }))), never);
}

async function idsAt(path: string): Promise<readonly string[]> {
  const text = await readFile(path, "utf8");
  expect(text.endsWith("\n")).toBe(true);
  return text
    .trimEnd()
    .split("\n")
    .map((line) => (JSON.parse(line) as { readonly id: string }).id);
}

describe("the file sink", () => {
  it("makes the file and its folders, for their owner alone", async () => {
    const path = join(await temporaryFolder(), "a", "b", "events.ndjson");
    expect(await deliver(sinkAt(path), "1")).toEqual(DELIVERED);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("appends to what is there", async () => {
    const path = join(await temporaryFolder(), "events.ndjson");
    await writeFile(path, '{"id":"old"}\n');
    await deliver(sinkAt(path), "new");
    expect(await idsAt(path)).toEqual(["old", "new"]);
  });

  it("cuts off the part of a line that a crash left, however long it is", async () => {
    const path = join(await temporaryFolder(), "events.ndjson");
    await writeFile(path, `{"id":"whole"}\n{"id":"${"x".repeat(200_000)}`);
    await deliver(sinkAt(path), "next");
    expect(await idsAt(path)).toEqual(["whole", "next"]);
  });

  it("begins anew where a crash left only a part of the first line", async () => {
    const path = join(await temporaryFolder(), "events.ndjson");
    await writeFile(path, '{"id":"wh');
    await deliver(sinkAt(path), "next");
    expect(await idsAt(path)).toEqual(["next"]);
  });

  it("follows the path when a rotation renames the file away", async () => {
    const path = join(await temporaryFolder(), "events.ndjson");
    const sink = sinkAt(path);
    await deliver(sink, "1");
    await rename(path, `${path}.1`);
    expect(await deliver(sink, "2")).toEqual(DELIVERED);
    expect(await idsAt(`${path}.1`)).toEqual(["1"]);
    expect(await idsAt(path)).toEqual(["2"]);
  });

  it("goes on without a hole when a rotation copies and empties the file", async () => {
    const path = join(await temporaryFolder(), "events.ndjson");
    const sink = sinkAt(path);
    await deliver(sink, "1", "2", "3");
    await truncate(path, 0);
    await deliver(sink, "4");
    expect(await idsAt(path)).toEqual(["4"]);
  });

  it("mends a part of a line that somebody else appended", async () => {
    const path = join(await temporaryFolder(), "events.ndjson");
    const sink = sinkAt(path);
    await deliver(sink, "1");
    await appendFile(path, "half a li");
    await deliver(sink, "2");
    expect(await idsAt(path)).toEqual(["1", "2"]);
  });

  it("is cut back to its last durable line at once when the disk is full", async () => {
    const path = join(await temporaryFolder(), "events.ndjson");
    let isFull = false;
    const disk: Disk = {
      ...nodeDisk,
      open: async (name, mode) => {
        const file = await nodeDisk.open(name, mode);
        return {
          ...file,
          write: async (bytes) => {
            await file.write(isFull ? bytes.subarray(0, 700) : bytes);
            if (isFull) throw Object.assign(new Error("no space left"), { code: "ENOSPC" });
          },
        };
      },
    };
    const sink = sinkAt(path, disk);
    await deliver(sink, "1");
    isFull = true;
    expect(await deliver(sink, "2", "3")).toEqual({
      status: "retry",
      cause: `Cannot write to file "${path}": no space left`,
      retryAfterMs: null,
    });
    expect(await idsAt(path)).toEqual(["1"]);
    isFull = false;
    expect(await deliver(sink, "2", "3")).toEqual(DELIVERED);
    expect(await idsAt(path)).toEqual(["1", "2", "3"]);
  });

  it("answers `delivered` only after fsync", async () => {
    const calls: string[] = [];
    const disk: Disk = {
      ...nodeDisk,
      open: async (name, mode) => {
        const file = await nodeDisk.open(name, mode);
        return {
          ...file,
          write: async (bytes) => {
            calls.push("write");
            await file.write(bytes);
          },
          sync: async () => {
            calls.push("sync");
            await file.sync();
          },
        };
      },
    };
    const sink = sinkAt(join(await temporaryFolder(), "events.ndjson"), disk);
    await sink.connect(never);
    calls.length = 0;
    await deliver(sink, "1");
    expect(calls).toEqual(["write", "sync"]);
  });

  it("pauses at a path that another sink of this process writes to, until that one lets go", async () => {
    const path = join(await temporaryFolder(), "events.ndjson");
    const [first, second] = [sinkAt(path), sinkAt(path)];
    await deliver(first, "1");
    expect(await deliver(second, "2")).toMatchObject({
      status: "paused",
      cause: `Cannot write to file "${path}": another process or endpoint writes to it`,
    });
    await first.close();
    expect(await deliver(second, "2")).toEqual(DELIVERED);
    expect(await idsAt(path)).toEqual(["1", "2"]);
  });

  it("pauses at a path that another process writes to, and takes over when that one is killed", async () => {
    const path = join(await temporaryFolder(), "events.ndjson");
    const lock = new URL("../../../../src/forward/file/lock.ts", import.meta.url);
    const disk = new URL("../../../../src/platform/disk.ts", import.meta.url);
    const program = `
      const { lockPath } = await import("${lock.href}");
      const { nodeDisk } = await import("${disk.href}");
      globalThis.held = await lockPath(nodeDisk, ${JSON.stringify(path)});
      console.log("locked");
      setInterval(() => globalThis.held, 1_000);`;
    const holder = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void holder.kill("SIGKILL"));
    await once(holder.stdout, "data");
    const sink = sinkAt(path);
    expect(await deliver(sink, "1")).toMatchObject({ status: "paused" });
    holder.kill("SIGKILL");
    await once(holder, "exit");
    expect(await deliver(sink, "1")).toEqual(DELIVERED);
  });

  it("pauses at a path that is a folder, a pipe or a device, and says which", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "folder"));
    execFileSync("mkfifo", [join(folder, "pipe")]);
    for (const [path, why] of [
      [join(folder, "folder"), "it is a folder"],
      [join(folder, "pipe"), "it is a device, a pipe or a socket"],
      ["/dev/null", "it is a device, a pipe or a socket"],
    ] as const)
      expect(await deliver(sinkAt(path), "1")).toEqual({
        status: "paused",
        cause: `Cannot write to file "${path}": ${why}`,
      });
  });

  it("pauses where a part of the path is no folder", async () => {
    const path = join(await temporaryFolder(), "file");
    await writeFile(path, "");
    expect(await deliver(sinkAt(join(path, "events.ndjson")), "1")).toMatchObject({
      status: "paused",
    });
  });

  it("lets a write that outlived its deadline end before it begins the next one", async () => {
    const path = join(await temporaryFolder(), "events.ndjson");
    const hung = Promise.withResolvers<void>();
    let isSlow = true;
    const disk: Disk = {
      ...nodeDisk,
      open: async (name, mode) => {
        const file = await nodeDisk.open(name, mode);
        return {
          ...file,
          write: async (bytes) => {
            if (isSlow) await hung.promise;
            await file.write(bytes);
          },
        };
      },
    };
    const sink = sinkAt(path, disk);
    const stop = new AbortController();
    const first = sink.deliver(someEntries(2), stop.signal);
    stop.abort();
    expect(await first).toMatchObject({ status: "retry" });
    isSlow = false;
    const second = sink.deliver(someEntries(3), never);
    hung.resolve();
    expect(await second).toEqual(DELIVERED);
    expect((await idsAt(path)).slice(-3)).toEqual(["event-1", "event-2", "event-3"]);
  });
});
