import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;

/** Chaperone in a process of its own, so that it can really be killed. */
export interface ChaperoneProcess {
  /** As Ctrl-C does. */
  interrupt(): void;
  /** Resolves when the process is gone. */
  kill9(): Promise<void>;
  /** Exit code, once it ended by itself. */
  readonly ended: Promise<number | null>;
  /** What it wrote to standard error so far; the end of it where that is much. */
  errors(): string;
  /** What it wrote to standard output so far. */
  output(): string;
}

/** @param environment beside this process' own. */
export function startChaperone(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ChaperoneProcess {
  const child: ChildProcess = spawn(process.execPath, ["--no-warnings", MAIN, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ...environment },
  });
  let errors = "";
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on(
    "data",
    (chunk: Buffer) => (errors = (errors + chunk.toString()).slice(-20_000)),
  );
  const ended = once(child, "close").then(([code]) => code as number | null);
  return {
    interrupt: () => void child.kill("SIGINT"),
    kill9: async () => {
      child.kill("SIGKILL");
      await ended;
    },
    ended,
    errors: () => errors,
    output: () => output,
  };
}
