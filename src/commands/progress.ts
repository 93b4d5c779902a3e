import { printable } from "./output.ts";

/** What a long command says of itself on standard error. */
export interface Progress {
  /** How far it is now. A terminal has one line that changes; elsewhere a line is written now and then. */
  at(text: string): void;
  /** A line that stays. */
  note(text: string): void;
  /** The line that changes is over. */
  end(): void;
}

/** Time between two lines where there is no terminal. */
const EVERY_MS = 10_000;

const ERASE_LINE = "\r\u001B[2K";

/** Names and answers from outside are made harmless. */
export function createProgress(
  stream: { readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown },
  nowMs: () => number = () => performance.now(),
): Progress {
  const isTerminal = stream.isTTY === true;
  let lastMs = -Infinity;
  let isOpen = false;

  function end(): void {
    if (isOpen) stream.write(ERASE_LINE);
    isOpen = false;
  }

  return {
    at: (text) => {
      const line = printable(text);
      if (isTerminal) {
        // A line that wraps cannot be taken back.
        stream.write(`${ERASE_LINE}${line.slice(0, Math.max(1, (stream.columns ?? 80) - 1))}`);
        isOpen = true;
      } else if (nowMs() - lastMs >= EVERY_MS) {
        lastMs = nowMs();
        stream.write(`${line}\n`);
      }
    },
    note: (text) => {
      end();
      stream.write(`${printable(text)}\n`);
    },
    end,
  };
}

/** For output that only machines read. */
export const silentProgress: Progress = {
  at: () => undefined,
  note: () => undefined,
  end: () => undefined,
};
