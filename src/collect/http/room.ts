/** Bytes that are received and not durable yet, of all requests of a source together. */
export interface Room {
  /** Resolves with true when the bytes are within the limit, and false when the signal is aborted before. */
  reserve(bytes: number, signal: AbortSignal): Promise<boolean>;
  release(bytes: number): void;
  readonly isFull: boolean;
}

/** What is larger than the whole limit is let in when nothing else is there. First come, first served. */
export function createRoom(bytesMax: number): Room {
  let held = 0;
  const waiting = new Set<() => void>();

  function fits(bytes: number): boolean {
    return held === 0 || held + bytes <= bytesMax;
  }

  async function waitForRelease(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.add(resolve);
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    waiting.delete(resolve);
  }

  return {
    reserve: async (bytes, signal) => {
      while (!fits(bytes)) {
        if (signal.aborted) return false;
        await waitForRelease(signal);
      }
      held += bytes;
      return true;
    },
    release: (bytes) => {
      held -= bytes;
      for (const resolve of waiting) resolve();
    },
    get isFull() {
      return held >= bytesMax;
    },
  };
}
