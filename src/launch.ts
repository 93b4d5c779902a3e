#!/usr/bin/env node
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * What `npx chaperone` starts, on whatever Node the machine has: nothing here or imported here may need more than Node 18. On an
 * older Node than the program needs, it starts itself again with the Node that the `node` package brings along.
 */
const NODE_MAJOR_MIN = 24;
const LAUNCHED = "CHAPERONE_LAUNCHED";
/** As in deploy/systemd: more room than this for young objects makes nothing faster. */
const MEMORY_OPTION = "--max-semi-space-size=16";
/** glibc gives large buffers back to the system at once, and does not keep a heap for each thread. */
const MALLOC = { MALLOC_ARENA_MAX: "2", MALLOC_MMAP_THRESHOLD_: "1048576" };
const FORWARDED: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT", "SIGUSR2"];

if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_MIN) {
  await import("./main.ts");
} else {
  const node = process.env[LAUNCHED] === undefined ? bundledNode() : null;
  if (node === null) refuse();
  else follow(spawnAgain(node));
}

/** Path of the Node that stands beside this package; null where it was not installed. */
function bundledNode(): string | null {
  try {
    const manifest = createRequire(import.meta.url).resolve("node/package.json");
    const name = process.platform === "win32" ? "node.exe" : "node";
    const path = join(dirname(manifest), "bin", name);
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

function refuse(): void {
  process.stderr.write(
    `Cannot run on Node ${process.versions.node}: Chaperone needs Node ${NODE_MAJOR_MIN} or newer, ` +
      "and the one that comes with it is not installed (NODE_TOO_OLD). Install the package again with its dependencies and their install scripts.\n",
  );
  process.exitCode = 1;
}

function spawnAgain(node: string): ChildProcess {
  return spawn(
    node,
    [MEMORY_OPTION, ...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)],
    { stdio: "inherit", env: { ...MALLOC, ...process.env, [LAUNCHED]: "1" } },
  );
}

/** Passes signals on and ends as the child ends. */
function follow(child: ChildProcess): void {
  for (const signal of FORWARDED)
    process.on(signal, () => {
      if (!isFromTerminal(signal)) child.kill(signal);
    });
  child.on("error", (error) => {
    process.stderr.write(`Cannot start the bundled Node: ${error.message} (NODE_TOO_OLD)\n`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    if (signal === null) {
      process.exit(code ?? 1);
    } else {
      for (const name of FORWARDED) process.removeAllListeners(name);
      process.kill(process.pid, signal);
    }
  });
}

/** A terminal sends its signals to the child as well; a second one would make it leave at once. */
function isFromTerminal(signal: NodeJS.Signals): boolean {
  const isTerminalSignal = signal === "SIGINT" || signal === "SIGQUIT";
  return isTerminalSignal && [process.stdin, process.stdout, process.stderr].some((s) => s.isTTY);
}
