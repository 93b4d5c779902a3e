import { basename } from "node:path";
import { timeOfName } from "../collect/support-access/time-of-name.ts";
import { loadConfiguration } from "../config/load.ts";
import { explainEvent } from "../correlate/explain.ts";
import type { NormalizedEvent } from "../model/normalization.ts";
import type { RawRecord } from "../model/record.ts";
import { createNormalizers } from "../normalize/normalizers.ts";
import { normalizeLine } from "../normalize/record.ts";
import { systemClock } from "../platform/clock.ts";
import { EXIT } from "./exit-code.ts";
import { explainJudged } from "./explain-event.ts";
import { isWholeFile, readWhole } from "./explain-file.ts";
import { explanationForm, explanationLines } from "./explain-text.ts";
import { explainSource } from "./explain-source.ts";
import { readLine } from "./explain-line.ts";
import { withLedger } from "./ledger.ts";
import { printable, printJson, printLines } from "./output.ts";

export interface ExplainOptions {
  readonly config: string;
  readonly json: boolean;
  /** A path, or `-` for standard input. */
  readonly file: string;
  readonly source?: string;
  readonly dialect?: string;
  readonly cluster?: string;
  /** Number of the line in the file, from 1. */
  readonly line: string;
  /** Id of an event in the ledger, instead of a record. */
  readonly event?: string;
}

/**
 * `chaperone explain`: what one record becomes, and why, with the evidence that the ledger has now and as if none were still to
 * come. A torn line may become several events, and each is explained. Changes nothing. 1 where a part cannot be read.
 */
export async function explainCommand(options: ExplainOptions): Promise<number> {
  const configuration = loadConfiguration(options.config, process.env);
  if (options.event !== undefined)
    return explainJudged(configuration, { id: options.event, isJson: options.json });
  const record = (await isWholeFile(options, configuration.sources))
    ? await fileRecord(options)
    : await lineRecord(options);
  const source = explainSource(record.bytes, configuration.sources, options);
  const { organization, policy } = configuration;
  const normalizer = createNormalizers(organization)[source.dialect];
  const events = normalizeLine({ normalizer, organization }, record, source);
  if (events.length === 0) {
    const says = "ignored: no origin meant this as an event";
    if (options.json) printJson({ source, status: "ignored" });
    else printLines([`normalizer  ${source.dialect}`, `status      ${says}`]);
    return EXIT.ok;
  }
  for (const normalized of events) {
    const explanation = withLedger(configuration, (ledger) =>
      explainEvent(normalized, {
        policy,
        ledger,
        watermarks: { evidence: Infinity, isEvidenceIdle: true },
      }),
    );
    const event = { ...normalized.event, verdict: explanation.verdict };
    if (options.json) printJson({ source, ...explanationForm(event, explanation) });
    else
      printLines([
        `normalizer  ${source.dialect}, as of source "${printable(source.name)}"`,
        ...explanationLines(event, explanation),
      ]);
  }
  return events.some(isUnreadable) ? EXIT.failure : EXIT.ok;
}

/** A file that is one record; where its name states no time it is taken for one of now. */
async function fileRecord({ file }: ExplainOptions): Promise<RawRecord> {
  const bytes = await readWhole(file);
  const observedAt = systemClock.now();
  const takenAt = timeOfName(basename(file)) ?? observedAt;
  return { bytes, position: file, observedAt, takenAt, truncatedFromBytes: null };
}

async function lineRecord({ file, line }: ExplainOptions): Promise<RawRecord> {
  const bytes = await readLine(file, line);
  const position = `${file === "-" ? "standard input" : file}:${line}`;
  const observedAt = systemClock.now();
  return { bytes, position, observedAt, truncatedFromBytes: null, lineEnd: "found" };
}

function isUnreadable({ event }: NormalizedEvent): boolean {
  return event.detail !== null && "unreadable" in event.detail;
}
