import { hash } from "node:crypto";
import { dirname } from "node:path";
import { systemCode } from "../model/error.ts";
import type { Disk } from "../ports/disk.ts";

/**
 * A small file that is replaced as a whole: `{"version":1,"sha256":"…","content":…}`, the digest over the JSON text of the
 * content. A reader finds the old document or the new one, never a part.
 */
const VERSION = 1;

/** Replaces the document; resolves when it is durable: temp file, fsync, rename, fsync of the folder. Rejects with Node's system errors. */
export async function saveDocument(disk: Disk, path: string, content: unknown): Promise<void> {
  const temporary = `${path}.tmp`;
  const sha256 = digest(JSON.stringify(content));
  const file = await disk.open(temporary, "write");
  try {
    await file.write(Buffer.from(`${JSON.stringify({ version: VERSION, sha256, content })}\n`));
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.rename(temporary, path);
  await disk.syncFolder(dirname(path));
}

export type LoadedDocument =
  | { readonly status: "loaded"; readonly content: unknown }
  | { readonly status: "missing" }
  | { readonly status: "unreadable"; readonly cause: string };

/** What is there; `unreadable` for everything but a whole document, and for a file that the disk will not give. Never rejects. */
export async function loadDocument(disk: Disk, path: string): Promise<LoadedDocument> {
  let text: string;
  try {
    text = Buffer.from(await disk.readFile(path)).toString("utf8");
  } catch (error) {
    return systemCode(error) === "ENOENT"
      ? { status: "missing" }
      : { status: "unreadable", cause: String(error) };
  }
  try {
    return check(JSON.parse(text));
  } catch (error) {
    return { status: "unreadable", cause: String(error) };
  }
}

function check(document: unknown): LoadedDocument {
  if (typeof document !== "object" || document === null || !("content" in document))
    return { status: "unreadable", cause: "it is no document of ours" };
  const { version, sha256, content } = document as Record<string, unknown>;
  if (version !== VERSION)
    return { status: "unreadable", cause: `its version is ${JSON.stringify(version)}` };
  if (sha256 !== digest(JSON.stringify(content)))
    return { status: "unreadable", cause: "its checksum is wrong" };
  return { status: "loaded", content };
}

function digest(text: string): string {
  return hash("sha256", text);
}
