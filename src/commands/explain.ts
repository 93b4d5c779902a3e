import { basename } from "node:path";
import { timeOfName } from "../collect/support-access/time-of-name.ts";
import { loadConfiguration } from "../config/load.ts";
import { explainEvent, type Explanation } from "../correlate/explain.ts";
import { toJsonLine } from "../forward/encode/json.ts";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import type { NormalizedEvent } from "../model/normalization.ts";
import type { RawRecord, Source } from "../model/record.ts";
import { createNormalizers } from "../normalize/normalizers.ts";
import { normalizeLine } from "../normalize/record.ts";
import { systemClock } from "../platform/clock.ts";
import { EXIT } from "./exit-code.ts";
import { isWholeFile, readWhole } from "./explain-file.ts";
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
}

/**
 * `chaperone explain`: what one record becomes, and why, with the evidence that the ledger has now and as if none were still to
 * come. A torn line may become several events, and each is explained. Changes nothing. 1 where a part cannot be read.
 */
export async function explainCommand(options: ExplainOptions): Promise<number> {
  const configuration = loadConfiguration(options.config, process.env);
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
    if (options.json) printJson(jsonForm(event, source, explanation));
    else printLines(explanationLines(event, source, explanation).map(printable));
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

function jsonForm(event: AuditEvent, source: Source, explanation: Explanation): unknown {
  const { vendor, principal, verdict, isHeld, steps } = explanation;
  return { source, event: plainForm(event), vendor, principal, verdict, isHeld, steps };
}

/** The JSON form of the event; the original is what the reader has in hand. */
function plainForm(event: AuditEvent): Readonly<Record<string, unknown>> {
  const { original, ...rest } = JSON.parse(toJsonLine(event)) as Record<string, unknown>;
  return original === undefined ? {} : rest;
}

function explanationLines(
  event: AuditEvent,
  source: Source,
  { vendor, principal, steps }: Explanation,
): readonly string[] {
  const { verdict } = event;
  const { verdict: inFull, ...fields } = plainForm(event);
  return [
    `normalizer  ${source.dialect}, as of source "${source.name}"`,
    "",
    "fields",
    ...(inFull === undefined ? [] : aligned(flatten(fields, ""))),
    "",
    `vendor      ${vendor ?? "none"}`,
    `principal   ${principal ?? "none"}`,
    `verdict     ${verdict.coverage}, method ${verdict.method}`,
    `grants      ${verdict.grants.join(", ") || "none"}`,
    ...(verdict.related.length === 0 ? [] : [`related     ${verdict.related.join(", ")}`]),
    "",
    "why, rule by rule",
    ...steps.map(({ rule, says }) => `  ${rule.padEnd(4)}${says}`),
  ];
}

type Field = readonly [path: string, text: string];

function aligned(fields: readonly Field[]): readonly string[] {
  const width = Math.max(...fields.map(([path]) => path.length));
  return fields.map(([path, text]) => `  ${path.padEnd(width)}  ${text}`);
}

/** Every field that has a value, with its path, as `actor.name`. */
function flatten(value: unknown, path: string): readonly Field[] {
  if (value === null || value === "") return [];
  if (typeof value !== "object" || (Array.isArray(value) && value.every(isScalar))) {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return text === "[]" ? [] : [[path, text]];
  }
  return Object.entries(value).flatMap(([key, item]) =>
    flatten(item, path === "" ? key : `${path}.${key}`),
  );
}

function isScalar(value: unknown): boolean {
  return typeof value !== "object";
}
