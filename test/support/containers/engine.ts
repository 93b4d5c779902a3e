import { getContainerRuntimeClient } from "testcontainers";

/**
 * Tells whether a container engine answers. A test file asks before it describes anything:
 * `describe.skipIf(!(await requireEngine()))(…)`. Without an engine the file is skipped with a printed
 * reason, and in CI, where a skipped test would hide a failure, it throws.
 */
export async function requireEngine(): Promise<boolean> {
  try {
    await getContainerRuntimeClient();
    return true;
  } catch (error) {
    const reason = `no container engine answers (${String(error)}); "npm test" provides one`;
    if (process.env["CI"]) throw new Error(reason, { cause: error });
    console.warn(`skipped: ${reason}`);
    return false;
  }
}
