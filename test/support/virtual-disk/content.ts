import { createBytes } from "./bytes.ts";
import type { Bytes } from "./bytes.ts";
import type { Survival } from "./survival.ts";
import { createUnsynced } from "./unsynced.ts";

/** The content of one file: what programs see, and what of it is on the platter. */
export interface Content {
  readonly sizeBytes: number;
  read(at: number, length: number): Uint8Array;
  write(at: number, bytes: Uint8Array): void;
  resize(sizeBytes: number): void;
  sync(): void;
  /** An fsync that failed: programs still see what was written, and no later fsync makes it durable. */
  failSync(): void;
  /** As a power loss leaves it. */
  left(survival: Survival): Content;
}

/** A change, and how the file was before it. */
type Change = { readonly sizeBefore: number } & (
  | {
      readonly kind: "write";
      readonly at: number;
      readonly bytes: Uint8Array;
      readonly before: Uint8Array;
    }
  | { readonly kind: "resize"; readonly sizeBytes: number; readonly before: Uint8Array }
);

/** A file with this content, all of it durable. */
export function createContent(initial?: Uint8Array): Content {
  const live = createBytes(initial);
  const unsynced = createUnsynced<Change>(() => undefined);

  function platter(): Bytes {
    const bytes = createBytes(live.slice(0, live.sizeBytes));
    for (const { change } of unsynced.all.toReversed()) undo(bytes, change);
    return bytes;
  }

  return {
    get sizeBytes() {
      return live.sizeBytes;
    },
    read: (at, length) => live.slice(at, at + length),
    write: (at, bytes) => {
      const before = live.slice(at, at + bytes.byteLength);
      const copy = Uint8Array.from(bytes);
      unsynced.add({ kind: "write", at, bytes: copy, before, sizeBefore: live.sizeBytes });
      live.set(at, copy);
    },
    resize: (sizeBytes) => {
      const before = live.slice(sizeBytes, live.sizeBytes);
      unsynced.add({ kind: "resize", sizeBytes, before, sizeBefore: live.sizeBytes });
      live.resize(sizeBytes);
    },
    sync: () => unsynced.sync(() => true),
    failSync: () => unsynced.abandon(),
    left: (survival) => {
      const bytes = platter();
      for (const { change, state } of unsynced.all)
        if (state === "synced") redo(bytes, change);
        else redoPart(bytes, change, survival);
      const isShort = bytes.sizeBytes < live.sizeBytes;
      if (isShort && survival.hasZeroTail()) bytes.resize(live.sizeBytes);
      return createContent(bytes.slice(0, bytes.sizeBytes));
    },
  };
}

function undo(bytes: Bytes, change: Change): void {
  bytes.resize(change.sizeBefore);
  bytes.set(change.kind === "write" ? change.at : change.sizeBytes, change.before);
  bytes.resize(change.sizeBefore);
}

function redo(bytes: Bytes, change: Change): void {
  if (change.kind === "write") bytes.set(change.at, change.bytes);
  else bytes.resize(change.sizeBytes);
}

function redoPart(bytes: Bytes, change: Change, survival: Survival): void {
  if (change.kind === "resize") {
    if (survival.resized()) redo(bytes, change);
    return;
  }
  const { at } = change;
  for (const [from, to] of survival.written({ at, sizeBytes: change.bytes.byteLength }))
    bytes.set(at + from, change.bytes.subarray(from, to));
}
