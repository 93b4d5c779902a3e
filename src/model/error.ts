/**
 * Every code that an operator can meet. Each has a row in deploy/README.md: what it means, what Chaperone did, what to do.
 * The prefix says what happens: CONFIG ends the start with exit code 78; JOURNAL and LEDGER end the process, since going on could
 * lose events; the others are tried again or settled where they occur.
 */
export const ERROR_CODES = [
  "CONFIG_INVALID",
  "CONFIG_UNREADABLE",
  "CONFIG_KIND_NOT_BUILT",
  "DATA_DIR_LOCKED",
  "DATA_DIR_NOT_OURS",
  "NODE_TOO_OLD",
  "JOURNAL_WRITE_FAILED",
  "JOURNAL_DAMAGED",
  "JOURNAL_FULL",
  "CURSOR_MISSING",
  "CURSOR_UNREADABLE",
  "CHECKPOINT_UNREADABLE",
  "LEDGER_UNREADABLE",
  "LEDGER_BEHIND_JOURNAL",
  "JOURNAL_BEHIND_LEDGER",
  "QUARANTINE_UNREADABLE",
  "QUARANTINE_WRITE_FAILED",
  "REDRIVE_NOT_BEGUN",
  "REDRIVE_FAILED",
  "ARCHIVE_WRITE_FAILED",
  "DOSSIER_UNREADABLE",
  "OUTPUT_NOT_WRITTEN",
  "SOURCE_UNREADABLE",
  "SNAPSHOT_COMMAND_FAILED",
  "LISTEN_FAILED",
  "ENDPOINT_PAUSED",
  "ENDPOINT_UNREACHABLE",
  "HEALTH_UNAVAILABLE",
  "SETTLE_TIMEOUT",
  "SHUTDOWN_TIMEOUT",
  "AUDIT_POLICY_INVALID",
  "AUDIT_POLICY_UNREADABLE",
  "USAGE",
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** An error that an operator can look up. The message states the failed action and quotes values; the hint says what to do. */
export class ChaperoneError extends Error {
  readonly code: ErrorCode;
  readonly hint: string | null;

  constructor(
    code: ErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly hint?: string } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "ChaperoneError";
    this.code = code;
    this.hint = options.hint ?? null;
  }
}

/** One line that says what a caught value is, whatever it is. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `: ${describeError(error.cause)}`;
  return `${withoutTrace(error.message)}${cause}`;
}

/** As OpenSSL writes its errors: thread, "error", number, library, function, reason, file, line and what the other side said. */
const OPENSSL = /^[0-9A-F]+:error:[0-9A-F]+:([^:]+):[^:]*:([^:]+):[^:]*:\d+:/;

/** What an operator needs of an error of OpenSSL: the rest is for its authors, and the thread makes two of the same kind differ. */
function withoutTrace(message: string): string {
  const [, library, reason] = OPENSSL.exec(message) ?? [];
  return library === undefined || reason === undefined ? message : `${library}: ${reason}`;
}

/** The `code` of a Node system error such as ENOENT; null where there is none. */
export function systemCode(error: unknown): string | null {
  if (typeof error !== "object" || error === null || !("code" in error)) return null;
  return typeof error.code === "string" ? error.code : null;
}
