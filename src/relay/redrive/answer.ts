import type { RedriveCounts } from "../../forward/redrive/redrive.ts";
import { ERROR_CODES } from "../../model/error.ts";
import type { ErrorCode } from "../../model/error.ts";
import type { Micros } from "../../model/time.ts";
import type { RedriveReport } from "./all.ts";

/** What the process that redrives says of an order. */
export interface RedriveAnswer {
  readonly report: RedriveReport;
  /** Null while it goes on. */
  readonly endedAt: Micros | null;
  readonly error: { readonly code: ErrorCode | null; readonly message: string } | null;
}

/** The answer in a loaded document; null for anything that is none. The process may be of another version: keys that are not known are left out. */
export function answerIn(content: unknown): RedriveAnswer | null {
  if (!isObject(content) || !isObject(content["report"])) return null;
  const { report, endedAt, error } = content;
  const { pipelines } = report;
  if (!Array.isArray(pipelines) || !pipelines.every(isCounts)) return null;
  if (endedAt !== null && !isCount(endedAt)) return null;
  if (error !== null && !isError(error)) return null;
  return {
    report: { pipelines: pipelines.map(countsOf) },
    endedAt,
    error: error === null ? null : { code: knownCode(error.code), message: error.message },
  };
}

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isCounts(value: unknown): value is RedriveCounts {
  if (!isObject(value)) return false;
  const { pipeline, asked, suspects, delivered, refused, problem } = value;
  return (
    typeof pipeline === "string" &&
    [asked, suspects, delivered, refused].every(isCount) &&
    (problem === null || typeof problem === "string")
  );
}

function countsOf(counts: RedriveCounts): RedriveCounts {
  const { pipeline, asked, suspects, delivered, refused, problem } = counts;
  return { pipeline, asked, suspects, delivered, refused, problem };
}

function isError(
  value: unknown,
): value is { readonly code: string | null; readonly message: string } {
  if (!isObject(value)) return false;
  const { code, message } = value;
  return (code === null || typeof code === "string") && typeof message === "string";
}

/** A code of a newer version says nothing here; its message does. */
function knownCode(code: string | null): ErrorCode | null {
  return ERROR_CODES.find((known) => known === code) ?? null;
}
