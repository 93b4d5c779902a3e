import { describeError, systemCode } from "../../model/error.ts";
import { readProtobufStatus } from "./response.ts";

const TEXT_CHARACTERS_MAX = 300;

/** One line that says how the server answered: the status and what it says of it, shortened and without control characters. */
export function causeOf(response: {
  readonly status: number;
  readonly contentType: string | null;
  readonly body: Uint8Array;
}): string {
  const text = cleaned(textOf(response.contentType ?? "", response.body));
  return text === "" ? `HTTP ${response.status}` : `HTTP ${response.status}: ${text}`;
}

/** Servers say it as a google.rpc.Status in protobuf or JSON, or in words. */
function textOf(contentType: string, body: Uint8Array): string {
  const isBinary = /protobuf|octet-stream/i.test(contentType);
  const status = isBinary ? readProtobufStatus(body) : null;
  const text = status ?? Buffer.from(body).toString("utf8");
  return /json/i.test(contentType) ? (messageOf(text) ?? text) : text;
}

function messageOf(text: string): string | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || !("message" in value)) return null;
    return typeof value.message === "string" ? value.message : null;
  } catch {
    return null;
  }
}

function cleaned(text: string): string {
  const line = text.replaceAll(/[\p{C}\s]+/gu, " ").trim();
  return line.length > TEXT_CHARACTERS_MAX ? `${line.slice(0, TEXT_CHARACTERS_MAX)}…` : line;
}

/** One line that says why no answer came. Some system errors have a code and no text. */
export function causeOfError(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const text = describeError(first);
  return text === "" ? (systemCode(first) ?? systemCode(error) ?? "unknown error") : text;
}
