import type { LogRecord } from "../../support/containers/collector.ts";
import type { KafkaRecord } from "../../support/containers/kafka.ts";
import type { SeenEvent } from "./ledger-of-lines.ts";

/** The JSON form, as far as this test looks at it. */
interface JsonEvent {
  readonly id: string;
  readonly detail: Readonly<Record<string, unknown>> | null;
  readonly original: { readonly bytes: string } | null;
  readonly verdict: {
    readonly grants: readonly string[];
    readonly related: readonly string[];
    readonly method: string;
    readonly coverage: string;
  };
}

export function seenInNdjson(text: string): readonly SeenEvent[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => seenInJson(line));
}

export function seenInKafka(records: readonly KafkaRecord[]): readonly SeenEvent[] {
  return records.map((record) => seenInJson(record.value.toString("utf8")));
}

export function seenInOtlp(records: readonly LogRecord[]): readonly SeenEvent[] {
  return records.map(({ attributes, body }) => {
    const text = (name: string): string => (attributes[name] ?? "") as string;
    const list = (name: string): readonly string[] => (attributes[name] ?? []) as string[];
    const isOwn =
      text("chaperone.origin.kind") === "chaperone" || text("chaperone.stream") === "logs-findings";
    return {
      id: text("log.record.uid"),
      original: isOwn ? null : (body as string),
      verdict: verdictText({
        grants: list("chaperone.grants"),
        related: list("chaperone.related"),
        method: text("chaperone.verdict.method"),
        coverage: text("chaperone.verdict.coverage"),
      }),
      isRevision: false,
    };
  });
}

function seenInJson(line: string): SeenEvent {
  const event = JSON.parse(line) as JsonEvent;
  return {
    id: event.id,
    original: event.original?.bytes ?? null,
    verdict: verdictText(event.verdict),
    isRevision: event.detail !== null && "revision" in event.detail,
  };
}

function verdictText(verdict: JsonEvent["verdict"]): string {
  const { grants, related, method, coverage } = verdict;
  return JSON.stringify({ grants, related, method, coverage });
}
