import type { Explanation } from "../correlate/explain.ts";
import { toJsonLine } from "../forward/encode/json.ts";
import type { AuditEvent } from "../model/generated/audit-event.ts";
import { printable } from "./output.ts";

/** An explanation for machines: the event with its verdict, whose it is, and every rule that was asked. */
export function explanationForm(
  event: AuditEvent,
  explanation: Explanation,
): Readonly<Record<string, unknown>> {
  return { event: plainForm(event), ...explanation };
}

/** The same for people. No text of an origin reaches the terminal as it is. */
export function explanationLines(
  event: AuditEvent,
  { vendor, principal, steps, findings, isHeld }: Explanation,
): readonly string[] {
  const { verdict } = event;
  const { verdict: inFull, ...fields } = plainForm(event);
  const found = findings.map(({ rule, severity }) => `${rule} (${severity})`);
  return [
    "",
    "fields",
    ...(inFull === undefined ? [] : aligned(flatten(fields, ""))),
    "",
    `vendor      ${vendor ?? "none"}`,
    `principal   ${principal ?? "none"}`,
    `verdict     ${verdict.coverage}, method ${verdict.method}${isHeld ? ", and held" : ""}`,
    `grants      ${verdict.grants.join(", ") || "none"}`,
    ...(verdict.related.length === 0 ? [] : [`related     ${verdict.related.join(", ")}`]),
    ...(found.length === 0 ? [] : [`findings    ${found.join(", ")}`]),
    "",
    "why, rule by rule",
    ...steps.map(({ rule, says }) => `  ${rule.padEnd(4)}${says}`),
  ].map(printable);
}

/** The JSON form of the event; the original is what the reader has in hand. */
function plainForm(event: AuditEvent): Readonly<Record<string, unknown>> {
  const { original, ...rest } = JSON.parse(toJsonLine(event)) as Record<string, unknown>;
  return original === undefined ? {} : rest;
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
