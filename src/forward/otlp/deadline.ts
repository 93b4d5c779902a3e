/**
 * Runs work with a signal that is aborted when `signal` is or when the time is over; with the reason as its error. Leaves nothing
 * behind at a signal that lives on.
 */
export async function withDeadline<T>(
  signal: AbortSignal,
  timeoutMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const attempt = new AbortController();
  const timer = setTimeout(() => {
    attempt.abort(new Error(`No complete answer within ${timeoutMs} ms`));
  }, timeoutMs);
  const stop = (): void => attempt.abort(new Error("The attempt was ended before its answer"));
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await work(attempt.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}
