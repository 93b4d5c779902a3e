import type { Fate, FileCheckpoint } from "./checkpoint.ts";
import { lookedSize, type TailedFile } from "./tailed-file.ts";

/** What is saved of a file now. */
export function saveFile(file: TailedFile, fate: Fate = file.fate): FileCheckpoint {
  return {
    path: file.path,
    device: file.device,
    inode: file.inode,
    birthtimeNs: String(file.birthtimeNs),
    epoch: file.epoch,
    fingerprint: file.fingerprint,
    guard: file.committed.guard,
    offset: file.compression === "gzip" ? 0 : file.committed.offset,
    plainOffset: file.committed.offset,
    compression: file.compression,
    lines: file.committed.lines,
    sizeBytes: sizeOf(file, fate),
    flushedTo: file.flushedTo,
    modifiedNs: String(file.readAs?.modifiedNs ?? 0),
    fate,
    isMoved: file.isMoved,
    seenAt: file.seenAt,
  };
}

/** What is still to be read was there as far as a look has seen it: where it is gone after a restart, all of that is lost. */
function sizeOf(file: TailedFile, fate: Fate): number {
  if (file.compression === "gzip") return file.seen.sizeBytes;
  return fate === "live" ? lookedSize(file) : file.sizeSeenMax;
}
