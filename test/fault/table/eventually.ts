import { setTimeout as delay } from "node:timers/promises";

/** Waits until the condition holds. Rejects, naming it, when it does not in time. */
export async function eventually(
  what: string,
  condition: () => boolean | Promise<boolean>,
  { msMax, everyMs = 50 }: { readonly msMax: number; readonly everyMs?: number },
): Promise<void> {
  const startedMs = performance.now();
  while (!(await condition())) {
    if (performance.now() - startedMs > msMax) throw new Error(`Not within ${msMax} ms: ${what}`);
    await delay(everyMs);
  }
}
