import type { FoundPath } from "../file-tail/find-files.ts";
import type { DocumentsCheckpoint, SavedDocument } from "./checkpoint.ts";

/** A document that a source knows. */
export interface KnownDocument {
  readonly name: string;
  readonly path: string;
  /** How it was when it was last looked at; empty where that was by an earlier process. */
  look: string;
  inode: string;
  modifiedNs: bigint;
  /** Monotonic milliseconds: since when it is so. */
  changedAtMs: number;
  /** Monotonic milliseconds: since when it is gone; null while it is there. */
  goneAtMs: number | null;
  /** What was read of it and is durable; null where nothing was. */
  read: ReadOnce | null;
  /** Tries in a row that could not read it. */
  failures: number;
  retryAtMs: number;
}

/** A reading of a document: it has to be read again where one of the looks is another one. */
export interface ReadOnce {
  readonly look: string;
  /** Two readings with one identity make one event. */
  readonly identity: string;
  readonly enclosure: Enclosure | null;
}

/** A file that the document names and that its event depends on; a look of null is a file that is not there. */
export interface Enclosure {
  readonly name: string;
  readonly look: string | null;
}

export function lookOf({ inode, sizeBytes, modifiedNs }: FoundPath): string {
  return lookText(inode, sizeBytes, modifiedNs);
}

export function lookText(inode: string, sizeBytes: number, modifiedNs: bigint): string {
  return `${inode} ${sizeBytes} ${modifiedNs}`;
}

export function newDocument(name: string, path: string, nowMs: number): KnownDocument {
  return {
    name,
    path,
    look: "",
    inode: "",
    modifiedNs: 0n,
    changedAtMs: nowMs,
    goneAtMs: null,
    read: null,
    failures: 0,
    retryAtMs: -Infinity,
  };
}

export function isRead({ look, read }: KnownDocument): boolean {
  return read !== null && read.look === look;
}

export function saveDocuments(known: Iterable<KnownDocument>): DocumentsCheckpoint {
  const read: SavedDocument[] = [];
  for (const document of known) {
    if (document.read === null) continue;
    const { look, identity, enclosure } = document.read;
    read.push([document.name, look, identity, enclosure?.name ?? null, enclosure?.look ?? null]);
  }
  return { version: 1, read };
}

export function restoreDocuments(
  { read }: DocumentsCheckpoint,
  pathOf: (name: string) => string,
  nowMs: number,
): readonly KnownDocument[] {
  return read.map(([name, look, identity, enclosureName, enclosureLook]) => ({
    ...newDocument(name, pathOf(name), nowMs),
    look,
    read: {
      look,
      identity,
      enclosure: enclosureName === null ? null : { name: enclosureName, look: enclosureLook },
    },
  }));
}
