/** An error as kafkajs and Node make it; nothing of it is certain. */
export interface ErrorLink {
  readonly name?: unknown;
  readonly message?: unknown;
  /** Of the Kafka protocol, by kafkajs's name for it. */
  readonly type?: unknown;
  readonly code?: unknown;
}

const CHAIN_MAX = 16;

/** The error, its causes and the members of an aggregate, outermost first. */
export function chainOf(error: unknown): readonly ErrorLink[] {
  const links = new Set<ErrorLink>();
  const open: unknown[] = [error];
  while (open.length > 0 && links.size < CHAIN_MAX) {
    const next = open.shift();
    if (typeof next !== "object" || next === null || links.has(next)) continue;
    links.add(next);
    if ("cause" in next) open.push(next.cause);
    if ("originalError" in next) open.push(next.originalError);
    if ("errors" in next && Array.isArray(next.errors)) open.push(...(next.errors as unknown[]));
  }
  return [...links];
}

const CAUSE_CHARACTERS_MAX = 300;

/**
 * One line that says what went wrong, shortened and without control characters. kafkajs wraps an error in others with its own
 * message, and keeps only the code of one without a message, such as a refused connection to a name with several addresses.
 */
export function causeOf(error: unknown): string {
  const texts = [...new Set(chainOf(error).map(textOf))];
  const telling = texts.filter(
    (text) => !texts.some((other) => other !== text && other.includes(text)),
  );
  const line = (telling.join(": ") || String(error)).replaceAll(/[\p{C}\s]+/gu, " ").trim();
  return line.length > CAUSE_CHARACTERS_MAX ? `${line.slice(0, CAUSE_CHARACTERS_MAX)}…` : line;
}

function textOf({ message, type, code }: ErrorLink): string {
  const text = typeof message === "string" ? message.replace(/[:\s]+$/u, "") : "";
  const mark = [type, code].find((one) => typeof one === "string") ?? "";
  if (mark === "" || text.includes(mark)) return text;
  return text === "" ? mark : `${text} (${mark})`;
}
