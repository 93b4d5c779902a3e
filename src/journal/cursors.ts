import { join } from "node:path";
import { ChaperoneError } from "../model/error.ts";
import type { JournalPosition } from "../model/position.ts";
import { loadDocument, saveDocument } from "../platform/document.ts";
import type { Cursor, Cursors } from "../ports/journal.ts";
import type { Disk } from "../ports/disk.ts";

/** The names of all cursors that were ever opened: what tells a lost cursor from a new one. */
const REGISTRY_FILE = "cursors.json";
const CURSOR_SUFFIX = ".cursor.json";

/**
 * The cursors of one journal, one document each in a folder of their own. Fails closed (CURSOR_UNREADABLE) where the registry of
 * their names is damaged, or missing beside cursors or beside a journal that has entries: it is made before the first of them.
 */
export async function createCursors(options: {
  readonly disk: Disk;
  readonly folder: string;
  /** Position of the journal's last entry. */
  readonly journalEnd: JournalPosition;
}): Promise<Cursors> {
  const { disk, folder, journalEnd } = options;
  await disk.makeFolder(folder);
  // The last run may have ended between a rename and the fsync of the folder: what we find from now on must stay.
  await disk.syncFolder(folder);
  const known = await loadRegistry(disk, folder, journalEnd);
  let last: Promise<unknown> = Promise.resolve();

  async function open(name: string, start: JournalPosition): Promise<Cursor> {
    const path = cursorPath(folder, name);
    const loaded = await loadDocument(disk, path);
    if (loaded.status === "unreadable") throw unreadable(name, loaded.cause);
    if (loaded.status === "missing" && known.has(name)) throw missing(name, path);
    const position = loaded.status === "missing" ? start : loaded.content;
    if (!isPosition(position)) throw unreadable(name, "it holds something else");
    // The cursor first: a name in the registry promises that its cursor is there.
    if (loaded.status === "missing") await saveDocument(disk, path, position);
    if (!known.has(name)) {
      known.add(name);
      await saveDocument(disk, join(folder, REGISTRY_FILE), [...known].sort());
    }
    return createCursor({ disk, path, name, position });
  }

  return {
    open: (name, start) => {
      const opened = last.then(() => open(name, start));
      last = opened.catch(() => undefined);
      return opened;
    },
  };
}

/** Where the cursor of a consumer is kept. */
export function cursorPath(folder: string, name: string): string {
  return join(folder, `${encodeURIComponent(name)}${CURSOR_SUFFIX}`);
}

function createCursor(options: {
  readonly disk: Disk;
  readonly path: string;
  readonly name: string;
  readonly position: JournalPosition;
}): Cursor {
  const { disk, path, name } = options;
  let durable = options.position;
  let wanted = options.position;
  let last: Promise<void> = Promise.resolve();

  async function save(): Promise<void> {
    // Advances that came while another one was written go to the disk as one.
    if (durable === wanted) return;
    const target = wanted;
    await saveDocument(disk, path, target);
    durable = target;
  }

  return {
    name,
    get position() {
      return durable;
    },
    advance: (to) => {
      if (to.sequence < wanted.sequence) return Promise.reject(backwards(name, wanted, to));
      if (to.sequence > wanted.sequence) wanted = to;
      const saved = last.then(save);
      last = saved.catch(() => undefined);
      return saved;
    },
  };
}

async function loadRegistry(
  disk: Disk,
  folder: string,
  journalEnd: JournalPosition,
): Promise<Set<string>> {
  const path = join(folder, REGISTRY_FILE);
  const loaded = await loadDocument(disk, path);
  if (loaded.status === "missing") {
    const names = await disk.list(folder);
    if (names.some((file) => file.endsWith(CURSOR_SUFFIX)))
      throw unreadable(REGISTRY_FILE, "it is missing, and cursors are there");
    if (journalEnd.sequence > 0)
      throw unreadable(REGISTRY_FILE, "it is missing, and the journal has entries");
    await saveDocument(disk, path, []);
    return new Set();
  }
  if (loaded.status === "unreadable") throw unreadable(REGISTRY_FILE, loaded.cause);
  const names = loaded.content;
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string"))
    throw unreadable(REGISTRY_FILE, "it holds something else");
  return new Set<string>(names);
}

export function isPosition(value: unknown): value is JournalPosition {
  if (typeof value !== "object" || value === null) return false;
  const { partition, sequence, locator } = value as Record<string, unknown>;
  return (
    Number.isSafeInteger(partition) && Number.isSafeInteger(sequence) && typeof locator === "string"
  );
}

function missing(name: string, path: string): ChaperoneError {
  return new ChaperoneError(
    "CURSOR_MISSING",
    `Cannot open cursor "${name}": its file "${path}" is gone`,
    { hint: "Restore the file from a copy: without it nobody knows what was delivered." },
  );
}

function unreadable(name: string, cause: string): ChaperoneError {
  return new ChaperoneError("CURSOR_UNREADABLE", `Cannot open cursor "${name}": ${cause}`, {
    hint: "Restore the file from a copy: without it nobody knows what was delivered.",
  });
}

function backwards(name: string, from: JournalPosition, to: JournalPosition): RangeError {
  return new RangeError(
    `Cannot move cursor "${name}" from entry ${from.sequence} back to ${to.sequence}`,
  );
}
