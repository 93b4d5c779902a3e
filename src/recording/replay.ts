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

export function createReplay(): Replay {
  let lastIndex = -1;
  let startMs: number | null = null;
  return {
    take: (record) => {
      const fields = fieldsOf(record);
      const index = numberOf(fields["ei"]);
      if (fields["event"] === undefined || index <= lastIndex) return null;
      lastIndex = index;
      const at = Date.parse(textOf(fields["time"]));
      startMs ??= Number.isNaN(at) ? null : at;
      return eventOf(fields, { ms: Math.max(0, at - (startMs ?? at)) || 0, at: new Date(at) });
    },
  };
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
