import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { eventually } from "./eventually.ts";

/** What starts Chaperone: the command, and what to do in place of a SIGKILL of its process where that is not enough. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly kill9?: () => Promise<void>;
}

/** The part of `/status` that the table looks at. */
export interface ChaperoneStatus {
  readonly held: number;
  readonly journal: { readonly end: number; readonly sizeBytes: number };
  readonly pipelines: readonly {
    readonly name: string;
    readonly lagEntries: number;
    readonly resting: number;
    readonly counts: { readonly delivered: number };
    readonly lastError: { readonly cause: string } | null;
  }[];
}

/** How long a start took, from the spawn on. */
export interface Started {
  /** Until `/readyz` answered 200. */
  readonly readyMs: number;
}

/** Chaperone in a process of its own. */
export interface Chaperone {
  readonly isRunning: boolean;
  readonly processId: number;
  /** Of health and metrics. */
  readonly url: string;
  /** Starts the process and waits for nothing. */
  spawn(): void;
  /** Starts the process and waits until `/healthz` answers; rejects, with what it wrote, when it ends before. */
  start(): Promise<void>;
  /** Waits until `/readyz` answers 200. */
  ready(): Promise<Started>;
  /** Exit code once it has ended; null where a signal ended it. */
  ended(): Promise<number | null>;
  kill9(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** Sets the wall clock of the process; it has to be launched with shifted-clock.ts. */
  shiftClock(offsetMs: number): Promise<void>;
  /** Rejects while nobody answers. */
  status(): Promise<ChaperoneStatus>;
  /** What keeps `/readyz` from 200, in its words. */
  notReady(): Promise<readonly string[]>;
  metrics(): Promise<string>;
  /** The end of what all its processes wrote to standard error. */
  errors(): string;
}

const START_MS_MAX = 60_000;
const LOOK_EVERY_MS = 20;
const ANSWER_MS_MAX = 10_000;
const ERRORS_MAX = 40_000;

export function createChaperone(launch: Launch, healthPort: number): Chaperone {
  let child: ChildProcess | null = null;
  let exit: Promise<number | null> = Promise.resolve(null);
  let spawnedAt = 0;
  let errors = "";

  function isRunning(): boolean {
    return child !== null && child.exitCode === null && child.signalCode === null;
  }

  function spawnIt(): void {
    if (isRunning()) throw new Error("Chaperone runs already");
    spawnedAt = performance.now();
    const started = spawn(launch.command, launch.args, {
      env: { ...process.env, ...launch.environment },
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    started.stderr?.on("data", (chunk: Buffer) => {
      errors = (errors + chunk.toString()).slice(-ERRORS_MAX);
    });
    // The last words come after the exit.
    exit = once(started, "close").then(([code]) => code as number | null);
    child = started;
    // Whoever ends the table ends what it started, a process that stands still included.
    const kill = (): void => void started.kill("SIGKILL");
    process.once("exit", kill);
    started.once("exit", () => process.off("exit", kill));
  }

  const url = `http://127.0.0.1:${healthPort}`;
  async function get(path: string): Promise<Response> {
    return fetch(`${url}${path}`, {
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
  }

  /** Resolves when the path answers 200. */
  async function answers(path: string): Promise<void> {
    await eventually(
      `Chaperone answers ${path}`,
      async () => {
        if (!isRunning())
          throw new Error(`Chaperone ended (${String(await exit)}) before ${path}: ${errors}`);
        const answer = await get(path).catch(() => null);
        await answer?.body?.cancel();
        return answer?.status === 200;
      },
      { msMax: START_MS_MAX, everyMs: LOOK_EVERY_MS },
    );
  }

  return {
    get isRunning() {
      return isRunning();
    },
    get processId() {
      return child?.pid ?? 0;
    },
    url,
    spawn: spawnIt,
    start: async () => {
      spawnIt();
      await answers("/healthz");
    },
    ready: async () => {
      await answers("/readyz");
      return { readyMs: performance.now() - spawnedAt };
    },
    ended: () => exit,
    kill9: async () => {
      if (!isRunning()) return;
      if (launch.kill9 === undefined) child?.kill("SIGKILL");
      else await launch.kill9();
      await exit;
    },
    signal: (name) => {
      child?.kill(name);
    },
    stop: async () => {
      child?.kill("SIGTERM");
      return exit;
    },
    shiftClock: async (offsetMs) => {
      if (child === null) throw new Error("Chaperone does not run");
      const done = once(child, "message");
      child.send({ offsetMs });
      await Promise.race([done, delay(ANSWER_MS_MAX, undefined, { ref: false })]);
    },
    status: async () => (await (await get("/status")).json()) as ChaperoneStatus,
    notReady: async () => {
      const answer = (await (await get("/readyz")).json()) as { readonly notReady: string[] };
      return answer.notReady;
    },
    metrics: async () => (await get("/metrics")).text(),
    errors: () => errors,
  };
}
