import { hash } from "node:crypto";

/** What happened, line by line. The same seed makes the same lines. */
export interface Trace {
  add(line: string): void;
  readonly lines: readonly string[];
  /** One digest of all lines. */
  digest(): string;
}

export function createTrace(nowMs: () => number): Trace {
  const lines: string[] = [];
  return {
    lines,
    add: (line) => void lines.push(`${nowMs().toFixed(3)} ${line}`),
    digest: () => hash("sha256", lines.join("\n"), "hex"),
  };
}
