import { listOf, readDocument, text, textOrNull, wrong } from "../checkpoint-document.ts";

/**
 * What a source of documents remembers: every file that it has read, and every one that it has seen and not read as it was then. A file
 * is its name in the folder; it is read again when its inode, size or modified time changes, or that of the file it encloses.
 */
export interface DocumentsCheckpoint {
  readonly version: 1;
  readonly read: readonly SavedDocument[];
  /** A checkpoint of the first form has none. */
  readonly unread?: readonly UnreadDocument[];
}

/** Name and look. One that was read before, and has changed since, is among those that were read too. */
export type UnreadDocument = readonly [name: string, look: string];

/** Name, look, identity, and the name and the look of what it encloses. A look is inode, size and modified time, as text. */
export type SavedDocument = readonly [
  name: string,
  look: string,
  identity: string,
  enclosureName: string | null,
  enclosureLook: string | null,
];

/** @throws CHECKPOINT_UNREADABLE */
export function readDocumentsCheckpoint(source: string, document: unknown): DocumentsCheckpoint {
  return readDocument(source, document, ({ read, unread }) => ({
    read: listOf("read", read).map(readSaved),
    ...(unread === undefined ? {} : { unread: listOf("unread", unread).map(readUnread) }),
  }));
}

function readUnread(value: unknown): UnreadDocument {
  const saved = listOf("a file", value);
  if (saved.length !== 2) throw wrong("a file", value);
  const [name, look] = saved;
  return [text({ name }, "name"), text({ look }, "look")];
}

function readSaved(value: unknown): SavedDocument {
  const saved = listOf("a file", value);
  if (saved.length !== 5) throw wrong("a file", value);
  const [name, look, identity, enclosureName, enclosureLook] = saved;
  const fields = { name, look, identity, enclosureName, enclosureLook };
  return [
    text(fields, "name"),
    text(fields, "look"),
    text(fields, "identity"),
    textOrNull(fields, "enclosureName"),
    textOrNull(fields, "enclosureLook"),
  ];
}
