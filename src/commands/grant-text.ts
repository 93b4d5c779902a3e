import type { GrantSummary } from "../correlate/list-grants.ts";
import type { GrantInterval } from "../model/generated/grant.ts";
import { formatTime, type Micros } from "../model/time.ts";
import { printable } from "./output.ts";

/** A grant in full: what it says, who decided, when it was open, and its events by coverage. */
export function grantLines({ grant, counts }: GrantSummary): readonly string[] {
  const { decisions, intervals, ...rest } = grant;
  const fields = [
    ...Object.entries(rest).map(([key, value]): Field => [key, fieldText(key, value)]),
    ...decisions.map(({ state, by, at, isDeciding }): Field => {
      const what = isDeciding ? "" : ", which did not decide";
      return ["decision", `${state} by ${by ?? "nobody named"}, ${time(at)}${what}`];
    }),
    ...intervals.map((interval): Field => [
      "open",
      present([windowText(interval), interval.endCause]).join(", "),
    ]),
    ...Object.entries(counts).map(([coverage, count]): Field => ["events", `${count} ${coverage}`]),
  ];
  const shown = fields.filter(([, value]) => value !== "" && value !== "[]");
  const width = Math.max(...shown.map(([key]) => key.length));
  return shown.map(([key, value]) => `${key.padEnd(width)}  ${printable(value)}`);
}

type Field = readonly [name: string, text: string];

/** The end is excluded; without one it is open still. */
export function windowText({ from, until }: GrantInterval): string {
  return `${time(from)} – ${time(until)}`;
}

function fieldText(key: string, value: unknown): string {
  if (value === null) return "";
  if (/(At|Until|From)$/.test(key)) return time(typeof value === "number" ? value : null);
  return typeof value === "string" ? value : JSON.stringify(value);
}

function time(at: Micros | null): string {
  return at === null ? "" : formatTime(at);
}

function present(parts: readonly (string | null)[]): readonly string[] {
  return parts.filter((part) => part !== null);
}
