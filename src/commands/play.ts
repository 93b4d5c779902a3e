import { open } from "node:fs/promises";
import { ChaperoneError } from "../model/error.ts";
import { createAsciicast } from "../recording/asciicast.ts";
import type { RecordingBytes } from "../recording/bytes.ts";
import { decodeRecord } from "../recording/decode.ts";
import { RECORDING_LIMITS } from "../recording/limits.ts";
import { createPlainText } from "../recording/plain-text.ts";
import { readRecording, RECORDING_START } from "../recording/read.ts";
import { createReplay, type ReplayEvent } from "../recording/replay.ts";
import { EXIT } from "./exit-code.ts";
import { printable, printed, withoutControls } from "./output.ts";
import type { PlayFormat } from "./play-format.ts";

export interface PlayOptions {
  readonly json: boolean;
  /** Path of a recording. */
  readonly recording: string;
  readonly format: PlayFormat;
}

/**
 * `chaperone play`: what a session recording shows. 1 where a part of it cannot be read; what can be is printed all the same, and
 * standard error says what is missing.
 */
export async function playCommand(options: PlayOptions): Promise<number> {
  const player = PLAYERS[options.json ? "json" : options.format]();
  const { recording, close } = await openRecording(options.recording);
  let exitCode: number = EXIT.ok;
  try {
    for await (const item of readRecording(recording, RECORDING_START, RECORDING_LIMITS)) {
      if (item.kind === "record") process.stdout.write(player.take(item.bytes));
      else {
        exitCode = EXIT.failure;
        const what = `Cannot read "${options.recording}" from byte ${item.offset} on: ${item.why}`;
        process.stderr.write(`${printable(what)}\n`);
      }
      await printed();
    }
    process.stdout.write(player.end());
  } finally {
    await close();
  }
  return exitCode;
}

/** Makes what is printed of a recording's records. */
interface Player {
  readonly take: (record: Uint8Array) => string | Uint8Array;
  readonly end: () => string | Uint8Array;
}

const PLAYERS: Readonly<Record<PlayFormat, () => Player>> = {
  text: () => {
    const text = createPlainText();
    const { take } = ofEvents((event) =>
      event.kind === "output" ? neutralized(text.push(event.bytes)) : "",
    );
    return { take, end: () => neutralized(text.end()) };
  },
  raw: () => ofEvents((event) => (event.kind === "output" ? event.bytes : "")),
  commands: () => ofEvents((event) => (event.kind === "command" ? commandLine(event) : "")),
  asciicast: () => {
    const cast = createAsciicast();
    const { take } = ofEvents((event) => linesOf(cast.take(event)));
    return { take, end: () => linesOf(cast.end()) };
  },
  json: () => ({ take: (record) => linesOf([jsonOf(record)]), end: () => "" }),
};

function ofEvents(print: (event: ReplayEvent) => string | Uint8Array): Player {
  const replay = createReplay();
  return {
    take: (record) => {
      const event = replay.take(record);
      return event === null ? "" : print(event);
    },
    end: () => "",
  };
}

/** A terminal that shows it must not obey it: all control characters but line ends and tabs are shown as codes. */
function neutralized(text: string): string {
  return text.replace(/[^\n\t]+/g, printable);
}

function commandLine({ ms, command }: Extract<ReplayEvent, { kind: "command" }>): string {
  const { path, argv, program, pid, returnCode } = command;
  const line = [path, ...argv].map((word) => printable(word)).join(" ");
  const returned = returnCode === 0 ? "" : `  (returned ${returnCode})`;
  return `${(ms / 1_000).toFixed(3)}  ${printable(program)}[${pid}]  ${line}${returned}\n`;
}

function linesOf(lines: readonly string[]): string {
  return lines.map((line) => `${withoutControls(line)}\n`).join("");
}

/** The event as the audit log has it; the bytes of a record that cannot be decoded. */
function jsonOf(record: Uint8Array): string {
  try {
    return JSON.stringify(decodeRecord(record).fields);
  } catch {
    return JSON.stringify({ unreadable: Buffer.from(record).toString("base64") });
  }
}

async function openRecording(
  path: string,
): Promise<{ readonly recording: RecordingBytes; readonly close: () => Promise<void> }> {
  try {
    const handle = await open(path);
    const { size } = await handle.stat();
    const read = async (position: number, length: number): Promise<Uint8Array> => {
      const buffer = Buffer.alloc(length);
      const { bytesRead } = await handle.read(buffer, 0, length, position);
      return buffer.subarray(0, bytesRead);
    };
    return { recording: { sizeBytes: size, read }, close: () => handle.close() };
  } catch (cause) {
    throw new ChaperoneError("SOURCE_UNREADABLE", `Cannot read "${path}"`, { cause });
  }
}
