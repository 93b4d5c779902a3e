import { relative } from "node:path";
import type { FoundFiles, FoundPath } from "../../file-tail/find-files.ts";
import { isRoomLeft, makeRoom, reportWaiting } from "../../folder-watch/waiting.ts";
import {
  isSameLook,
  lookOf,
  newRecording,
  renewRecording,
  type KnownRecording,
  type RecordingLook,
} from "./known.ts";
import type { LostRecording } from "./losses.ts";
import type { Watch } from "./watch.ts";

/**
 * Puts what a look found beside what is known: new recordings, those whose content is another one, those that were moved, and those that
 * are gone. Returns the recordings that are gone and were not read to their end.
 */
export async function takeLook(watch: Watch, found: FoundFiles): Promise<readonly LostRecording[]> {
  const nowMs = watch.clock.monotonicMs();
  const names = new Map(found.paths.map((path) => [nameOf(watch, path), path]));
  const gone = new Map(
    [...watch.known.values()]
      .filter(({ name }) => !names.has(name))
      .map((known) => [keyOf(known.look), known]),
  );
  const newcomers: Named[] = [];
  const taken: LostRecording[] = [];
  for (const [name, path] of names) {
    const known = watch.known.get(name) ?? moved(watch, { name, path }, gone);
    if (known === undefined) newcomers.push({ name, path });
    else if (isTaken(known, path)) taken.push({ known, replacedBy: path });
    else if (!isSameLook(known.look, lookOf(path))) change(watch, known, path, nowMs);
    else known.goneAtMs = null;
  }
  // What a fault keeps out of sight may still be there.
  const lost = found.faults.length > 0 ? [] : takeLeave(watch, names, nowMs);
  const isOver = ({ isDone }: KnownRecording): boolean => isDone;
  makeRoom(watch, { ...watch.limits, newcomers: newcomers.length, isOver });
  const unremembered = newcomers.filter((named) => !add(watch, named, nowMs)).length;
  await reportWaiting(watch, { waits, unremembered, noun: "recordings" });
  // What has lost its name is declared whatever is out of sight: what has that name now would wait for as long.
  return [...taken, ...lost];
}

function nameOf({ options }: Watch, { path }: FoundPath): string {
  return relative(options.directory, path);
}

interface Named {
  readonly name: string;
  readonly path: FoundPath;
}

/** Whether a recording that is gone, and could not be declared yet, has lost its name to another one: that one is known afterwards. */
function isTaken({ goneAtMs, isDone, look }: KnownRecording, path: FoundPath): boolean {
  return goneAtMs !== null && !isDone && !isSameLook(look, lookOf(path));
}

function add(watch: Watch, { name, path }: Named, nowMs: number): boolean {
  if (!isRoomLeft(watch, watch.limits)) return false;
  watch.known.set(name, newRecording({ name, path: path.path }, lookOf(path), nowMs));
  watch.touch();
  return true;
}

function waits({ goneAtMs, isDone }: KnownRecording): boolean {
  return goneAtMs === null && !isDone;
}

function change(watch: Watch, known: KnownRecording, path: FoundPath, nowMs: number): void {
  const hasBegun = known.isDone || known.place.partOffset + known.place.bodyOffset > 0;
  if (hasBegun)
    watch.log.info(
      { source: watch.source.name, path: known.path, sizeBytes: path.sizeBytes },
      `"${known.path}" has changed since it was read: it is read again from its beginning`,
    );
  renewRecording(known, lookOf(path), nowMs);
  watch.touch();
}

/** A recording that is known by a name that is gone, and unchanged: its name is another one now. */
function moved(
  watch: Watch,
  { name, path }: Named,
  gone: Map<string, KnownRecording>,
): KnownRecording | undefined {
  const key = keyOf(lookOf(path));
  const known = gone.get(key);
  if (known === undefined) return undefined;
  gone.delete(key);
  watch.known.delete(known.name);
  watch.faults.clear(known.path);
  Object.assign(known, { name, path: path.path, goneAtMs: null });
  watch.known.set(name, known);
  watch.touch();
  return known;
}

function keyOf({ inode, sizeBytes, modifiedNs }: RecordingLook): string {
  return `${inode} ${sizeBytes} ${modifiedNs}`;
}

function takeLeave(
  watch: Watch,
  names: ReadonlyMap<string, FoundPath>,
  nowMs: number,
): readonly LostRecording[] {
  const lost: LostRecording[] = [];
  for (const known of watch.known.values()) {
    if (names.has(known.name)) continue;
    known.goneAtMs ??= nowMs;
    if (!known.isDone) lost.push({ known, replacedBy: null });
    else if (nowMs - known.goneAtMs >= watch.limits.forgetAfterMs) {
      watch.known.delete(known.name);
      watch.touch();
    }
  }
  return lost;
}
