import { dirname, join } from "node:path";
import type { EnclosureFault } from "../../model/record.ts";
import type { OutOfBandOptions } from "../../model/source.ts";
import { MICROS_PER_MS } from "../../model/time.ts";
import type { Collector } from "../../ports/collector.ts";
import { createDocuments } from "../documents/documents.ts";
import type { Enclosure } from "../documents/known.ts";
import type { DocumentKind, DocumentsOf } from "../documents/watch.ts";
import { checkEvidence, type NamedEvidence } from "./evidence-file.ts";

/**
 * Reads approvals that were given in another way: the JSON files of a folder, and beside each the evidence file that it names, whose
 * digest is compared. What is wrong with the evidence goes with the record; where the evidence changes, the document is read again.
 */
export function createOutOfBand(
  of: Omit<DocumentsOf, "kind" | "options"> & { readonly options: OutOfBandOptions },
): Collector {
  return createDocuments({ ...of, kind: kindOf(of) });
}

function kindOf({
  options,
  clock,
  stopAtEnd,
}: Pick<DocumentsOf, "clock" | "stopAtEnd"> & {
  readonly options: OutOfBandOptions;
}): DocumentKind {
  const quietForMs = stopAtEnd ? 0 : options.quietForMs;
  const bytesMax = options.evidenceBytesMax;
  return {
    isDocument: (name) => name.toLowerCase().endsWith(".json"),
    make: async ({ path, bytes, sha256 }) => {
      const named = evidenceOf(bytes);
      if (named === null) return { record: {}, identity: sha256, enclosure: null };
      if (!isPlainName(named.file)) return made(sha256, notBeside(named), null);
      const nowMs = clock.now() / MICROS_PER_MS;
      const limits = { bytesMax, quietForMs, nowMs };
      const check = await checkEvidence(join(dirname(path), named.file), named, limits);
      if (check === null) return null;
      return made(sha256, check.fault, { name: named.file, look: check.look });
    },
  };
}

function made(
  sha256: string,
  enclosureFault: EnclosureFault | null,
  enclosure: Enclosure | null,
): Awaited<ReturnType<DocumentKind["make"]>> {
  const identity = `${sha256} ${enclosureFault?.code ?? "right"}`;
  return { record: { enclosureFault }, identity, enclosure };
}

/** Null where the document names none, or is none: the normalizer says so. */
function evidenceOf(bytes: Uint8Array): NamedEvidence | null {
  try {
    const document: unknown = JSON.parse(Buffer.from(bytes).toString("utf8"));
    const evidence = memberOf(document, "evidence");
    const file = memberOf(evidence, "file");
    const sha256 = memberOf(evidence, "sha256");
    return typeof file === "string" && typeof sha256 === "string" ? { file, sha256 } : null;
  } catch {
    return null;
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

/** Evidence stands beside its document: a path would let a document have any file of the machine looked at. */
function isPlainName(file: string): boolean {
  return file !== "" && file !== "." && file !== ".." && !/[/\\\0]/.test(file);
}

function notBeside({ file }: NamedEvidence): EnclosureFault {
  return {
    code: "evidence-missing",
    why: `The evidence file "${file.slice(0, 100)}" is no name of a file beside the document`,
  };
}
