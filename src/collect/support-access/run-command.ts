import { spawn } from "node:child_process";
import type { Clock } from "../../ports/clock.ts";

/** What came of one run of a command. */
export type CommandResult =
  | { readonly status: "done"; readonly output: Uint8Array }
  /** `why` completes "the command …". */
  | { readonly status: "failed"; readonly why: string };

export interface CommandRun {
  /** Program and arguments; no shell takes part. */
  readonly command: readonly string[];
  readonly timeoutMs: number;
  readonly outputBytesMax: number;
  readonly clock: Pick<Clock, "sleep">;
  /** Ends the run. */
  readonly signal: AbortSignal;
}

/** Of standard error: enough for its first sentence. */
const STDERR_CHARS_MAX = 300;

/**
 * Runs a command and resolves with its whole standard output; never rejects. At the timeout, with the byte that is too much, and on abort
 * it is killed, with every process that it has started in its process group.
 */
export function runCommand(run: CommandRun): Promise<CommandResult> {
  const [program = "", ...args] = run.command;
  return new Promise((resolve) => {
    // A process group of its own, so that what it starts is killed with it.
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
    const ended = new AbortController();
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    let stderr = "";

    function end(result: CommandResult): void {
      ended.abort();
      run.signal.removeEventListener("abort", stop);
      child.removeAllListeners();
      child.on("error", () => undefined);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve(result);
    }
    function kill(why: string): void {
      killGroup(child.pid);
      end({ status: "failed", why });
    }
    const stop = (): void => kill("was stopped");
    void run.clock.sleep(run.timeoutMs, ended.signal).then(() => {
      if (!ended.signal.aborted) kill(`did not end within ${run.timeoutMs} ms, and was killed`);
    });
    run.signal.addEventListener("abort", stop);

    child.stdout.on("data", (chunk: Uint8Array) => {
      sizeBytes += chunk.length;
      chunks.push(chunk);
      if (sizeBytes > run.outputBytesMax)
        kill(`wrote more than ${run.outputBytesMax} bytes, and was killed`);
    });
    child.stderr.on("data", (chunk: Uint8Array) => {
      if (stderr.length < STDERR_CHARS_MAX) stderr += Buffer.from(chunk).toString("utf8");
    });
    child.on("error", (error) => end({ status: "failed", why: `cannot be run: ${error.message}` }));
    child.on("close", (code, signal) => {
      const said = sentence(stderr);
      if (code === 0) end({ status: "done", output: Buffer.concat(chunks) });
      else if (code === null)
        end({ status: "failed", why: `was ended by ${signal ?? "a signal"}${said}` });
      else end({ status: "failed", why: `ended with ${code}${said}` });
    });
    if (run.signal.aborted) stop();
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

function sentence(stderr: string): string {
  const text = stderr.trim().replace(/\s+/g, " ").slice(0, STDERR_CHARS_MAX);
  return text === "" ? "" : `: ${text}`;
}
