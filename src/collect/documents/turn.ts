import { describeError, systemCode } from "../../model/error.ts";
import type { RawRecord } from "../../model/record.ts";
import { isQuiet } from "../folder-watch/quiet.ts";
import { unreadOf } from "../folder-watch/waiting.ts";
import { isRead, type KnownDocument, type ReadOnce } from "./known.ts";
import { readFileOf } from "./read-file.ts";
import type { FileRead, MadeRecord, Watch } from "./watch.ts";

/**
 * Reads every document that may be read now and hands them in, in the order of their names and a batch at a time. What fails is the document's own: the others go on.
 * A batch that the intake rejects is read again.
 */
export async function takeTurn(watch: Watch, signal: AbortSignal): Promise<void> {
  const batch: Taken[] = [];
  let sizeBytes = 0;
  for (const known of inOrder(unreadOf(watch, isRead))) {
    if (signal.aborted) return;
    const taken = await take(watch, known);
    if (taken === null) continue;
    batch.push(taken);
    sizeBytes += taken.record?.bytes.length ?? 0;
    const { batchRecordsMax, batchBytesMax } = watch.limits;
    if (batch.length < batchRecordsMax && sizeBytes < batchBytesMax) continue;
    if (!(await handIn(watch, batch.splice(0)))) return;
    sizeBytes = 0;
  }
  if (!signal.aborted) await handIn(watch, batch);
}

function inOrder(documents: readonly KnownDocument[]): readonly KnownDocument[] {
  return documents.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** What was read of a document; no record where it makes the event that it made before. */
interface Taken {
  readonly known: KnownDocument;
  readonly read: ReadOnce;
  readonly record: RawRecord | null;
}

async function take(watch: Watch, known: KnownDocument): Promise<Taken | null> {
  const { clock, options, limits, faults } = watch;
  const nowMs = clock.monotonicMs();
  if (known.retryAtMs > nowMs) return null;
  if (!isQuiet(watch, known, nowMs)) return null;
  try {
    const file = await readFileOf(known, { ...options, ...limits });
    const made = file === null ? null : await watch.kind.make(file);
    faults.clear(known.path);
    known.failures = 0;
    if (file === null || made === null) return null;
    const { identity, enclosure } = made;
    const isKnown = known.read?.identity === identity;
    const record = isKnown ? null : recordOf(file, made, { ...watch, now: clock.now() });
    return { known, read: { look: known.look, identity, enclosure }, record };
  } catch (error) {
    // Gone: that is for the next look to say.
    if (systemCode(error) === "ENOENT") return null;
    known.failures++;
    faults.raise(known.path, error);
    const waitMs = options.pollMs * 2 ** Math.min(16, known.failures);
    known.retryAtMs = nowMs + Math.min(limits.backoffMsMax, waitMs);
    return null;
  }
}

function recordOf(
  { name, path, bytes, sizeBytes }: FileRead,
  { record }: MadeRecord,
  { options, now }: Pick<Watch, "options"> & { readonly now: number },
): RawRecord {
  const isWhole = bytes.length === sizeBytes;
  return {
    bytes,
    position: name,
    observedAt: now,
    truncatedFromBytes: isWhole ? null : sizeBytes,
    ...record,
    ...(isWhole
      ? {}
      : {
          unreadableBecause: `Cannot read "${path}": it has ${sizeBytes} bytes, and ${options.fileBytesMax} are allowed`,
        }),
  };
}

/** True where all of it is durable. */
async function handIn(watch: Watch, batch: readonly Taken[]): Promise<boolean> {
  const { intake, source, log } = watch;
  const records = batch.flatMap(({ record }) => record ?? []);
  try {
    if (records.length > 0) await intake.accept({ source, part: watch.options.directory, records });
  } catch (error) {
    log.warn(
      { source: source.name, count: records.length, cause: describeError(error) },
      `Cannot journal what "${watch.options.directory}" holds: it is read and handed in again`,
    );
    return false;
  }
  for (const { known, read } of batch) Object.assign(known, { read, hasOtherEnclosure: false });
  if (batch.length > 0) watch.touch();
  return true;
}
