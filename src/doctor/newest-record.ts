import { open } from "node:fs/promises";
import { sourceOf } from "../collect/collectors.ts";
import type { FoundPath } from "../collect/file-tail/find-files.ts";
import type { SourceConfiguration } from "../model/source.ts";
import { formatTime, MICROS_PER_MS, type Micros } from "../model/time.ts";
import { createNormalizers } from "../normalize/normalizers.ts";
import { normalizeRecord } from "../normalize/record.ts";
import { ok, problem, warning, type CheckResult, type Surgery } from "./check.ts";
import { spoken } from "./units.ts";

/** End of a file in which a last line is looked for. */
const TAIL_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

/** The origin's clock beside ours, by the last record of the file that was written to last; and whether records can be read at all. */
export async function checkNewestRecord(
  { configuration, clock }: Surgery,
  configured: SourceConfiguration,
  paths: readonly FoundPath[],
): Promise<readonly CheckResult[]> {
  const named = { check: "newest record", of: configured.name };
  const newest = paths
    .filter(({ path, sizeBytes }) => sizeBytes > 0 && !path.endsWith(".gz"))
    .reduce<FoundPath | null>(
      (best, one) => (best === null || one.modifiedNs > best.modifiedNs ? one : best),
      null,
    );
  const line = newest === null ? null : await lastLine(newest.path).catch(() => null);
  if (newest === null || line === null) return [];
  const now = clock.now();
  const source = sourceOf(configured);
  const normalizer = createNormalizers(configuration.organization)[source.dialect];
  const record = { bytes: line, position: newest.path, observedAt: now, truncatedFromBytes: null };
  const { organization, policy } = configuration;
  const normalized = normalizeRecord({ normalizer, organization }, record, source);
  if (normalized === null) return [];
  if (normalized.facts === null)
    return [
      warning(
        named,
        `the last line of "${newest.path}" is no record of ${source.dialect}`,
        "Look whether the pattern finds the right files: what cannot be read is delivered as unreadable",
      ),
    ];
  return [
    bySkew(named, {
      occurredAt: normalized.event.occurredAt,
      now,
      skewMaxMs: policy.hold.skewMaxMs,
    }),
  ];
}

function bySkew(
  named: { readonly check: string; readonly of: string },
  {
    occurredAt,
    now,
    skewMaxMs,
  }: { readonly occurredAt: Micros; readonly now: Micros; readonly skewMaxMs: number },
): CheckResult {
  const ageMs = (now - occurredAt) / MICROS_PER_MS;
  if (ageMs >= 0) return ok(named, `${formatTime(occurredAt)}, ${spoken(ageMs)} ago`);
  const seen = `${formatTime(occurredAt)}, ${spoken(-ageMs)} in the future`;
  const remedy = "Compare the clocks of this machine and the origin (NTP): verdicts depend on both";
  return -ageMs > skewMaxMs ? problem(named, seen, remedy) : warning(named, seen, remedy);
}

/** The last line that has its end; null where there is none. */
async function lastLine(path: string): Promise<Uint8Array | null> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const length = Math.min(size, TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    const end = buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE);
    if (end <= 0) return null;
    const from = buffer.lastIndexOf(NEWLINE, end - 1);
    return from < 0 && length < size ? null : buffer.subarray(from + 1, end);
  } finally {
    await file.close();
  }
}
