import type { FoundPath } from "../file-tail/find-files.ts";
import type { DocumentsCheckpoint, SavedDocument, UnreadDocument } from "./checkpoint.ts";

/** A document that a source knows. */
export interface KnownDocument {
  readonly name: string;
  readonly path: string;
  /** How it was when it was last looked at. */
  look: string;
  modifiedNs: bigint;
  /** Monotonic milliseconds: since when it is so. */
  changedAtMs: number;
  /** It has been so for `quietForMs`, or may have been before the start: it is no draft. */
  isSettled: boolean;
  /** Monotonic milliseconds: since when it is gone; null while it is there. */
  goneAtMs: number | null;
  /** What was read of it and is durable; null where nothing was. */
  read: ReadOnce | null;
  /** What it encloses is another one than when it was read. */
  hasOtherEnclosure: boolean;
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

/** Whether the looks are of one file. */
export function isSameFile(one: string, other: string): boolean {
  return one.split(" ", 1)[0] === other.split(" ", 1)[0];
}

export function lookText(inode: string, sizeBytes: number, modifiedNs: bigint): string {
  return `${inode} ${sizeBytes} ${modifiedNs}`;
}

export function newDocument(
  { name, path, look }: Pick<KnownDocument, "name" | "path" | "look">,
  nowMs: number,
): KnownDocument {
  return {
    name,
    path,
    look,
    modifiedNs: 0n,
    changedAtMs: nowMs,
    isSettled: false,
    goneAtMs: null,
    read: null,
    hasOtherEnclosure: false,
    failures: 0,
    retryAtMs: -Infinity,
  };
}

export function isRead(known: KnownDocument): boolean {
  return !isUnread(known) && !known.hasOtherEnclosure;
}

/** Whether something of the document itself is lost where it is gone. */
export function isUnread({ look, read }: KnownDocument): boolean {
  return read?.look !== look;
}

export function saveDocuments(known: Iterable<KnownDocument>): DocumentsCheckpoint {
  const read: SavedDocument[] = [];
  const unread: UnreadDocument[] = [];
  for (const document of known) {
    if (isUnread(document)) unread.push([document.name, document.look]);
    if (document.read === null) continue;
    const { look, identity, enclosure } = document.read;
    read.push([document.name, look, identity, enclosure?.name ?? null, enclosure?.look ?? null]);
  }
  return { version: 1, read, unread };
}

export function restoreDocuments(
  { read, unread = [] }: DocumentsCheckpoint,
  pathOf: (name: string) => string,
  nowMs: number,
): readonly KnownDocument[] {
  const known = new Map<string, KnownDocument>();
  for (const [name, look, identity, enclosureName, enclosureLook] of read) {
    const enclosure = enclosureName === null ? null : { name: enclosureName, look: enclosureLook };
    const document = newDocument({ name, path: pathOf(name), look }, nowMs);
    known.set(name, { ...document, read: { look, identity, enclosure } });
  }
  for (const [name, look] of unread) {
    const document = known.get(name) ?? newDocument({ name, path: pathOf(name), look }, nowMs);
    known.set(name, { ...document, look, isSettled: true });
  }
  return [...known.values()];
}
