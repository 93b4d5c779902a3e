import { getContainerRuntimeClient } from "testcontainers";

/** Why nothing can run in a container; null where an engine answers. */
export async function whyNoEngine(): Promise<string | null> {
  try {
    await getContainerRuntimeClient();
    return null;
  } catch (error) {
    return `no container engine answers (${String(error)}); "npm test" provides one`;
  }
}

/**
 * Tells whether a container engine answers. A test file asks before it describes anything:
 * `describe.skipIf(!(await requireEngine()))(…)`. Without an engine the file is skipped with a printed
 * reason, and in CI, where a skipped test would hide a failure, it throws.
 */
export async function requireEngine(): Promise<boolean> {
  const reason = await whyNoEngine();
  if (reason === null) return true;
  if (process.env["CI"]) throw new Error(reason);
  console.warn(`skipped: ${reason}`);
  return false;
}
