import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";

/**
 * Runs a script with this Node in a process of its own, and gives its exit code. What it prints goes to a file: a script that ends
 * itself loses what a pipe has not taken yet.
 */
export async function runNode(
  args: readonly string[],
  options: { readonly output: string; readonly environment?: Readonly<Record<string, string>> },
): Promise<number | null> {
  const output = openSync(options.output, "w");
  try {
    const child = spawn(process.execPath, ["--no-warnings", ...args], {
      stdio: ["ignore", output, output],
      env: { ...process.env, ...options.environment },
    });
    await once(child, "close");
    return child.exitCode;
  } finally {
    closeSync(output);
  }
}
