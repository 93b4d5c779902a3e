import { open } from "node:fs/promises";
import { basename } from "node:path";
import { DOCUMENT_FILES } from "../collect/documents/documents.ts";
import { isUnfinished } from "../collect/documents/look.ts";
import { sourceOf } from "../collect/collectors.ts";
import { escapeGlob } from "../collect/file-tail/escape-glob.ts";
import { createFileFinder, type FoundPath } from "../collect/file-tail/find-files.ts";
import { timeOfName } from "../collect/support-access/time-of-name.ts";
import type { DocumentFolderOptions, SourceConfiguration } from "../model/source.ts";
import { formatTime, MICROS_PER_MS } from "../model/time.ts";
import { createNormalizers } from "../normalize/normalizers.ts";
import { normalizeRecord } from "../normalize/record.ts";
import { ok, problem, warning, type CheckResult, type Surgery } from "./check.ts";
import { checkFolderFiles } from "./folder-files.ts";
import { spoken } from "./units.ts";

/** The folder of a source of documents: there, readable, with a document whose newest can be read. */
export async function checkDocuments(
  surgery: Surgery,
  configured: SourceConfiguration,
  options: DocumentFolderOptions,
): Promise<readonly CheckResult[]> {
  const results = await checkFolderFiles(configured.name, { ...options, files: DOCUMENT_FILES });
  if (results.some(({ state }) => state === "problem")) return results;
  const { paths } = await createFileFinder(
    [`${escapeGlob(options.directory)}/${DOCUMENT_FILES}`],
    [],
  )();
  const isOutOfBand = configured.options.kind === "outOfBand";
  const documents = paths
    .filter(({ path }) => !isUnfinished(basename(path)))
    .filter(({ path }) => !isOutOfBand || path.toLowerCase().endsWith(".json"));
  const newest = documents.reduce<FoundPath | null>(
    (best, one) => (best === null || one.modifiedNs > best.modifiedNs ? one : best),
    null,
  );
  if (newest === null) return results;
  return [...results, await checkNewest(surgery, configured, { newest, options })];
}

async function checkNewest(
  { configuration, clock }: Surgery,
  configured: SourceConfiguration,
  { newest, options }: { readonly newest: FoundPath; readonly options: DocumentFolderOptions },
): Promise<CheckResult> {
  const named = { check: "newest document", of: configured.name };
  const { path } = newest;
  const bytes = await headOf(path, options.fileBytesMax + 1).catch(() => null);
  if (bytes === null)
    return problem(named, `cannot read "${path}"`, "Give the service's user read access to it");
  const { organization } = configuration;
  const source = sourceOf(configured);
  const normalizer = createNormalizers(organization)[source.dialect];
  const takenAt = timeOfName(basename(path)) ?? Number(newest.modifiedNs / 1_000n);
  const isWhole = bytes.length <= options.fileBytesMax;
  const record = {
    bytes,
    position: path,
    observedAt: clock.now(),
    takenAt,
    truncatedFromBytes: isWhole ? null : newest.sizeBytes,
  };
  const event = normalizeRecord({ normalizer, organization }, record, source)?.event;
  const detail = event?.detail ?? null;
  if (event === undefined || (detail !== null && "unreadable" in detail)) {
    const why = detail !== null && "unreadable" in detail ? detail.unreadable.why : "it is empty";
    return warning(
      named,
      `"${path}": ${why}`,
      "Look how the file is written: it opens and closes nothing",
    );
  }
  const ageMs = (clock.now() - event.occurredAt) / MICROS_PER_MS;
  return ok(named, `${formatTime(event.occurredAt)}, ${spoken(Math.max(0, ageMs))} ago`);
}

async function headOf(path: string, length: number): Promise<Uint8Array> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, length)), 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
