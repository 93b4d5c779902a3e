/**
 * Waits for the work, or for the signal: what waits for room in a full journal is only let go when the line is closed, and the line
 * is closed when nobody waits any more. Rejects with the work, as long as it waits.
 */
export async function unlessEnded(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<void>();
  const end = (): void => aborted.resolve();
  signal.addEventListener("abort", end);
  if (signal.aborted) end();
  try {
    await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", end);
  }
}
