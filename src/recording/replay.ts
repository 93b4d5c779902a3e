import { hash } from "node:crypto";
import { decodeRecord } from "./decode.ts";

/** A program that enhanced recording saw start. */
export interface RecordedCommand {
  readonly path: string;
  readonly argv: readonly string[];
  readonly program: string;
  readonly pid: number;
  readonly returnCode: number;
}

/** What happened in a session, so many milliseconds after its start. */
export type ReplayEvent =
  | {
      readonly kind: "start";
      readonly ms: 0;
      readonly at: Date;
      readonly size: TerminalSize | null;
      readonly user: string;
      readonly sessionId: string;
    }
  /** Bytes as the terminal got them: escape sequences, and characters that go on in the next event, are in them. */
  | { readonly kind: "output"; readonly ms: number; readonly bytes: Uint8Array }
  | { readonly kind: "resize"; readonly ms: number; readonly size: TerminalSize }
  | { readonly kind: "command"; readonly ms: number; readonly command: RecordedCommand };

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** Makes a session's events of the records of its recording, in the recording's order. */
export interface Replay {
  /** Null for a record that shows nothing: another event, one that came before, since parts can overlap, one that cannot be decoded. */
  take(record: Uint8Array): ReplayEvent | null;
}

/** Records that are remembered, so that those of overlapping parts are shown once: several parts' worth. */
const LIMITS = Object.freeze({ copiesMax: 200_000 });

/**
 * A copy is known by its bytes, never by its index: that is the choice of the session's host, and one forged high one would keep the
 * rest of the session from being shown.
 */
export function createReplay({ copiesMax }: { readonly copiesMax: number } = LIMITS): Replay {
  const shown = new Set<string>();
  let startMs: number | null = null;
  return {
    take: (record) => {
      if (!isFirst(shown, record, copiesMax)) return null;
      const fields = fieldsOf(record);
      const at = Date.parse(textOf(fields["time"]));
      startMs ??= Number.isNaN(at) ? null : at;
      return eventOf(fields, { ms: Math.max(0, at - (startMs ?? at)) || 0, at: new Date(at) });
    },
  };
}

function isFirst(shown: Set<string>, record: Uint8Array, copiesMax: number): boolean {
  const digest = hash("sha256", record, "base64");
  if (shown.has(digest)) return false;
  shown.add(digest);
  const [oldest] = shown;
  if (shown.size > copiesMax && oldest !== undefined) shown.delete(oldest);
  return true;
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(record: Uint8Array): Fields {
  try {
    return decodeRecord(record).fields;
  } catch {
    return {};
  }
}

function eventOf(
  fields: Fields,
  { ms, at }: { readonly ms: number; readonly at: Date },
): ReplayEvent | null {
  const size = sizeOf(fields["size"]);
  switch (fields["event"]) {
    case "session.start":
      return {
        kind: "start",
        ms: 0,
        at,
        size,
        user: textOf(fields["user"]),
        sessionId: textOf(fields["sid"]),
      };
    case "print":
      return {
        kind: "output",
        ms: numberOf(fields["ms"]),
        bytes: Buffer.from(textOf(fields["data"]), "base64"),
      };
    case "resize":
      return size === null ? null : { kind: "resize", ms, size };
    case "session.command":
      return { kind: "command", ms, command: commandOf(fields) };
    default:
      return null;
  }
}

function commandOf(fields: Fields): RecordedCommand {
  const argv: unknown = fields["argv"];
  return {
    path: textOf(fields["path"]),
    argv: Array.isArray(argv) ? argv.map(textOf) : [],
    program: textOf(fields["program"]),
    pid: numberOf(fields["pid"]),
    returnCode: numberOf(fields["return_code"]),
  };
}

const SIZE = /^(?<columns>\d{1,5}):(?<rows>\d{1,5})$/;

function sizeOf(value: unknown): TerminalSize | null {
  const { columns, rows } = SIZE.exec(textOf(value))?.groups ?? {};
  return columns === undefined ? null : { columns: Number(columns), rows: Number(rows) };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
