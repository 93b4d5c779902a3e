/** Readers that wait for new entries. */
export interface Waiters {
  /** Resolves at the next `wake`, or when the signal is or becomes aborted. */
  wait(signal: AbortSignal): Promise<void>;
  wake(): void;
}

export function createWaiters(): Waiters {
  const waiting = new Set<() => void>();
  return {
    wait: (signal) =>
      new Promise((resolve) => {
        const done = (): void => {
          waiting.delete(done);
          signal.removeEventListener("abort", done);
          resolve();
        };
        waiting.add(done);
        signal.addEventListener("abort", done);
        if (signal.aborted) done();
      }),
    wake: () => {
      for (const done of waiting) done();
    },
  };
}
