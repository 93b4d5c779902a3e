import type { Clock } from "../../src/ports/clock.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** One process, from its start to its end. When it is over, nothing that it waited for comes any more. */
export interface Life {
  readonly isOver: boolean;
  readonly isKilled: boolean;
  /** Resolves when the process was killed, or the machine lost its power; never otherwise. */
  readonly killed: Promise<void>;
  kill(): void;
  /** The process has ended by itself. */
  end(): void;
  /** Resolves after `ms`, and never once the life is over. */
  after(ms: number): Promise<void>;
  readonly clock: Clock;
}

/** `wallMs` reads the wall clock, which may jump. */
export function createLife(time: VirtualTime, wallMs: () => number): Life {
  const killed = Promise.withResolvers<void>();
  let isOver = false;
  let isKilled = false;

  function at(ms: number, happen: () => void): () => void {
    return time.at(ms, () => {
      if (!isOver) happen();
    });
  }

  function sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        callOff();
        signal.removeEventListener("abort", wake);
        if (!isOver) resolve();
      };
      const callOff = at(time.nowMs + ms, wake);
      signal.addEventListener("abort", wake);
    });
  }

  return {
    get isOver() {
      return isOver;
    },
    killed: killed.promise,
    get isKilled() {
      return isKilled;
    },
    kill: () => {
      isOver = true;
      isKilled = true;
      killed.resolve();
    },
    end: () => {
      isOver = true;
    },
    after: (ms) => new Promise((resolve) => void at(time.nowMs + ms, resolve)),
    clock: {
      now: () => Math.round(wallMs() * 1_000),
      monotonicMs: () => time.nowMs,
      sleep,
    },
  };
}
