import type { Configuration } from "../../src/config/configuration.ts";
import { createMeter, type ReadableMeter } from "../../src/operate/meter.ts";
import { openLine, type Line } from "../../src/pipeline.ts";
import { describeError } from "../../src/model/error.ts";
import { runOnce } from "../../src/run/once.ts";
import { serve } from "../../src/run/serve.ts";
import type { Log } from "../../src/ports/log.ts";
import { createScriptedCollector } from "./collector.ts";
import { diskOfLife, type Strike } from "./life-disk.ts";
import { createLife, type Life } from "./life.ts";
import { FORWARDER_LIMITS } from "./settings.ts";
import type { World } from "./world.ts";

/** A process that runs the product in the world, as `run/start.ts` runs it on a machine. */
export interface Process {
  readonly life: Life;
  readonly meter: ReadableMeter;
  /** The line while it is open. */
  readonly line: Line | null;
  /** Errors that ended it. */
  readonly failures: readonly unknown[];
  /** A disk call was made to fail, so that the process may end by itself. */
  readonly hadDiskFault: boolean;
  /** As a signal tells it to. */
  stop(): void;
  /** Resolves when the process has ended by itself. */
  readonly ended: Promise<void>;
}

export interface ProcessOptions {
  readonly number: number;
  readonly strike: Strike | null;
  readonly isOnce: boolean;
  /** Slug of a pipeline that is not enabled this time. */
  readonly disabled: string | null;
}

export function startProcess(world: World, options: ProcessOptions): Process {
  const { time, trace } = world;
  const name = `process ${options.number}`;
  const life = createLife(time, () => world.wallMs());
  const random = world.randomFor(name);
  const stopping = new AbortController();
  const meter = createMeter();
  const failures: unknown[] = [];
  let line: Line | null = null;
  let hadDiskFault = false;
  let isLocked = false;

  function fail(error: unknown): void {
    trace.add(`${name} fails: ${describeError(error)}`);
    failures.push(error);
    stopping.abort();
  }

  async function run(): Promise<void> {
    trace.add(`${name} starts`);
    const opened = await openLine(configurationOf(world, options), {
      clock: life.clock,
      disk: diskOfLife(world.disk, {
        life,
        strike: options.strike,
        random,
        trace,
        onUnlink: (path) => void world.unlinked.set(path, world.disk.bytes(path)),
        onFault: () => {
          hadDiskFault = true;
        },
      }),
      random: () => random.next(),
      lockFolder: () => {
        if (isLocked) world.complaints.push("the data directory is locked twice");
        isLocked = true;
        return {
          release: () => {
            isLocked = false;
          },
        };
      },
      openDatabase: () =>
        world.ledger.open(life, () => world.disk.usedBytes >= world.disk.capacityBytes),
      createCollector: (configured, deps) => {
        const origin = world.origins.find(({ source }) => source.name === configured.name);
        if (origin === undefined) throw new RangeError(`Cannot find origin "${configured.name}"`);
        return createScriptedCollector({
          ...deps,
          origin,
          accepted: world.accepted,
          random: world.randomFor(`${name} ${configured.name}`),
          isFailing: () => world.failing.has(configured.name),
          isQuiet: () => world.isQuiet,
        });
      },
      createSink: ({ slug }) => {
        const destination = world.destinations.get(slug);
        if (destination === undefined) throw new RangeError(`Cannot find endpoint "${slug}"`);
        return Promise.resolve(destination.sink(life));
      },
      forwarderLimits: FORWARDER_LIMITS,
      log: logTo(world, name),
      meter,
      stopAtEnd: options.isOnce,
      fail,
      signal: stopping.signal,
    });
    line = opened;
    for (const { name: pipeline, cursor } of opened.consumers)
      if (!world.starts.has(pipeline)) world.starts.set(pipeline, cursor.position.sequence);
    try {
      if (options.isOnce) await once(opened);
      else await serve(opened, life.clock, stopping.signal);
    } finally {
      await opened.close();
    }
  }

  async function once(opened: Line): Promise<void> {
    const limits = { clock: life.clock, settleMsMax: 60_000 };
    const unsettled = await runOnce(opened, limits, stopping.signal);
    for (const one of unsettled)
      world.complaints.push(`run --once does not settle ${one.consumer}: ${one.lastError}`);
  }

  const ended = run()
    .catch(fail)
    .then(() => {
      trace.add(`${name} ends`);
      life.end();
      if (isLocked) world.complaints.push("the data directory is locked by nobody");
    });
  const process: Process = {
    life,
    meter,
    failures,
    ended,
    get line() {
      return line;
    },
    get hadDiskFault() {
      return hadDiskFault;
    },
    stop: () => {
      trace.add(`${name} is told to stop`);
      stopping.abort();
    },
  };
  // Once everything is judged: Node keeps whatever listens to a signal that never comes.
  world.afterwards.push(() => stopping.abort());
  return process;
}

function configurationOf({ settings }: World, { disabled }: ProcessOptions): Configuration {
  const { configuration } = settings;
  const pipelines = configuration.pipelines.map((pipeline) => ({
    ...pipeline,
    isEnabled: pipeline.slug !== disabled,
  }));
  return { ...configuration, pipelines };
}

function logTo({ trace }: World, name: string): Log {
  const add =
    (level: string): Log["info"] =>
    (fields, message) =>
      trace.add(`${name} ${level}: ${message} ${JSON.stringify(fields)}`);
  return { debug: () => undefined, info: add("info"), warn: add("warn"), error: add("error") };
}
