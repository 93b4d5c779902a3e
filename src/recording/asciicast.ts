import type { ReplayEvent, TerminalSize } from "./replay.ts";

/** Of a session that states no size. */
const USUAL_SIZE: TerminalSize = { columns: 80, rows: 24 };

/** Lines of an asciicast (version 2) for the events of a session: a header, then `[seconds, code, text]` each. */
export interface Asciicast {
  take(event: ReplayEvent): readonly string[];
  /** What is left of a character that was never completed. */
  end(): readonly string[];
}

/** Source of the format: docs.asciinema.org/manual/asciicast/v2. */
export function createAsciicast(): Asciicast {
  const decoder = new TextDecoder();
  let hasHeader = false;
  let lastMs = 0;

  function headed(
    header: Readonly<Record<string, unknown>>,
    lines: readonly string[],
  ): readonly string[] {
    if (hasHeader) return lines;
    hasHeader = true;
    return [JSON.stringify({ version: 2, ...header }), ...lines];
  }

  function line(ms: number, code: string, text: string): readonly string[] {
    // Output and other events are timed by different clocks of the recorder; players take lines in their order.
    lastMs = Math.max(lastMs, ms);
    return text === "" ? [] : [JSON.stringify([lastMs / 1_000, code, text])];
  }

  function linesOf(event: ReplayEvent): readonly string[] {
    switch (event.kind) {
      case "start":
      case "command":
        return [];
      case "output":
        return line(event.ms, "o", decoder.decode(event.bytes, { stream: true }));
      case "resize":
        return line(event.ms, "r", `${event.size.columns}x${event.size.rows}`);
    }
  }

  return {
    take: (event) => headed(headerOf(event), linesOf(event)),
    end: () => headed(headerOf(null), line(lastMs, "o", decoder.decode())),
  };
}

function headerOf(event: ReplayEvent | null): Readonly<Record<string, unknown>> {
  const isStart = event?.kind === "start";
  const { columns, rows } = (isStart ? event.size : null) ?? USUAL_SIZE;
  if (!isStart || Number.isNaN(event.at.getTime())) return { width: columns, height: rows };
  const timestamp = Math.floor(event.at.getTime() / 1_000);
  return { width: columns, height: rows, timestamp, title: `${event.user} ${event.sessionId}` };
}
