import { join } from "node:path";
import { HOME, organizationHome } from "../config/home.ts";
import { loadConfiguration } from "../config/load.ts";
import {
  inspectEntries,
  inspectJournal,
  type SegmentInspection,
} from "../journal/local/inspect.ts";
import { ChaperoneError, systemCode } from "../model/error.ts";
import { formatTime, type Micros } from "../model/time.ts";
import { nodeDisk } from "../platform/disk.ts";
import { EXIT } from "./exit-code.ts";
import { printable, printed, printJson, printLines, printTable } from "./output.ts";

export interface JournalInspectOptions {
  readonly config: string;
  readonly json: boolean;
  readonly from?: string;
  readonly to?: string;
}

/** `chaperone journal inspect`: every segment and what is damaged in it (then 1), or the entries of a range. Needs no lock and changes nothing. */
export async function journalInspectCommand(options: JournalInspectOptions): Promise<number> {
  const range = rangeOf(options);
  const configuration = loadConfiguration(options.config, process.env);
  const folder = join(organizationHome(configuration), HOME.journal);
  try {
    return range === null
      ? await showSegments(folder, options.json)
      : await showEntries(folder, range, options.json);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    throw new ChaperoneError("JOURNAL_DAMAGED", `Cannot inspect journal "${folder}"`, {
      cause: error,
      hint: "Nothing has run with this configuration yet, or dataDir is another one.",
    });
  }
}

async function showSegments(folder: string, isJson: boolean): Promise<number> {
  const segments: SegmentInspection[] = [];
  for await (const segment of inspectJournal(nodeDisk, folder)) segments.push(segment);
  const isDamaged = segments.some(({ faults, missing }) => faults.length + missing.length > 0);
  if (isJson) {
    printJson({ folder, isWhole: !isDamaged, segments });
    return isDamaged ? EXIT.failure : EXIT.ok;
  }
  printTable(
    ["segment", "first", "last", "entries", "blocks", "bytes", "unpacked", "observed"],
    segments.map((segment) => [
      segment.file,
      segment.first ?? "",
      segment.last ?? "",
      segment.entries,
      segment.blocks,
      segment.sizeBytes,
      segment.decompressedBytes,
      `${time(segment.observedFrom)} – ${time(segment.observedTo)}`,
    ]),
  );
  printLines(segments.flatMap(damageLines).map(printable));
  return isDamaged ? EXIT.failure : EXIT.ok;
}

function damageLines({ file, faults, missing, unfinishedBytes }: SegmentInspection): string[] {
  return [
    ...faults.map(({ offsetBytes, cause }) => `Damaged: ${file} at byte ${offsetBytes}: ${cause}`),
    ...missing.map(({ from, to }) => `Missing: entries ${from} to ${to}, after ${file}`),
    ...(unfinishedBytes > 0
      ? [
          `Unfinished: ${unfinishedBytes} bytes at the end of ${file}: a commit under way, or the rest of one`,
        ]
      : []),
  ];
}

async function showEntries(
  folder: string,
  range: { readonly from: number; readonly to: number },
  isJson: boolean,
): Promise<number> {
  for await (const { position, kind, id, streams, sizeBytes } of inspectEntries(
    nodeDisk,
    folder,
    range,
  )) {
    const { sequence } = position;
    if (isJson) printJson({ sequence, kind, id, streams, sizeBytes });
    else printLines([`${sequence}  ${kind.padEnd(8)}  ${id}  ${streams.join(" ")}  ${sizeBytes}`]);
    await printed();
  }
  return EXIT.ok;
}

function rangeOf({
  from,
  to,
}: JournalInspectOptions): { readonly from: number; readonly to: number } | null {
  if (from === undefined && to === undefined) return null;
  return {
    from: from === undefined ? 1 : sequenceOf(from),
    to: to === undefined ? Number.MAX_SAFE_INTEGER : sequenceOf(to),
  };
}

function sequenceOf(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new ChaperoneError("USAGE", `Cannot list journal entries: "${text}" is no sequence number`);
}

function time(at: Micros | null): string {
  return at === null ? "" : formatTime(at);
}
