import { mkdir, mkdtemp, readFile, rm, rmdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileSink } from "../../../src/forward/file/sink.ts";
import { nodeDisk } from "../../../src/platform/disk.ts";
import type { Disk, DiskFile } from "../../../src/ports/disk.ts";
import type { SinkBench } from "./bench.ts";
import { sinkContract } from "./suite.ts";

/** What the next calls of a disk do in place of their work. */
interface Troubles {
  open: (() => Promise<void>) | null;
  write: ((file: DiskFile, bytes: Uint8Array) => Promise<void>) | null;
  sync: (() => Promise<void>) | null;
}

function fails(code: string): () => Promise<never> {
  return () => Promise.reject(Object.assign(new Error(`${code}: no`), { code }));
}

function troubled(troubles: Troubles): Disk {
  return {
    ...nodeDisk,
    open: async (path, mode) => {
      await troubles.open?.();
      const file = await nodeDisk.open(path, mode);
      return {
        ...file,
        write: (bytes, position) =>
          troubles.write === null ? file.write(bytes, position) : troubles.write(file, bytes),
        sync: async () => {
          await troubles.sync?.();
          await file.sync();
        },
      };
    },
  };
}

async function setUp(): Promise<SinkBench> {
  const folder = await mkdtemp(join(tmpdir(), "chaperone-file-sink-"));
  const path = join(folder, "out", "events.ndjson");
  const troubles: Troubles = { open: null, write: null, sync: null };
  let heal: () => void | Promise<void> = () => undefined;
  const endpoint = { slug: "local", displayName: "File", spec: { kind: "file", path } } as const;
  return {
    sink: createFileSink(endpoint, { disk: troubled(troubles) }),
    received: async () => {
      const text = await readFile(path, "utf8").catch(() => "");
      // Whole lines only, at every moment: a part of one would not be JSON.
      return text
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => (JSON.parse(line) as { readonly id: string }).id);
    },
    faults: {
      forbidden: () => {
        troubles.open = fails("EACCES");
        // A file that is open stays writable: only the next opening is refused.
        heal = () => undefined;
      },
      missing: async () => {
        await mkdir(path, { recursive: true });
        heal = () => rmdir(path);
      },
      serverError: () => {
        troubles.sync = fails("EIO");
      },
      full: () => {
        troubles.write = async (file, bytes) => {
          await file.write(bytes.subarray(0, Math.floor(bytes.byteLength / 2)));
          await fails("ENOSPC")();
        };
      },
      noAnswer: () => {
        const { promise, resolve } = Promise.withResolvers<void>();
        troubles.write = async (file, bytes) => {
          await promise;
          await file.write(bytes);
        };
        heal = resolve;
      },
    },
    mend: async () => {
      Object.assign(troubles, { open: null, write: null, sync: null });
      await heal();
      heal = () => undefined;
    },
    rules: { refuse: null, tooLarge: null, entriesMax: null },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

sinkContract("the file sink", setUp, {
  has: ["forbidden", "missing", "serverError", "full", "noAnswer"],
  // A file takes whatever fits on its disk, and there is nobody to log in to.
  hasNot: [
    "partialWithCount",
    "partialWithZero",
    "htmlWith200",
    "emptyWith204",
    "resetBeforeHeaders",
    "resetAfterHeaders",
    "tooLarge",
    "throttledSeconds",
    "throttledDate",
    "unauthenticated",
    "wrongMethod",
    "moved",
    "refused",
    "unreachable",
  ],
});
