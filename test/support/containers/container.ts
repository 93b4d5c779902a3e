import {
  BoundPorts,
  GenericContainer,
  getContainerRuntimeClient,
  type StartedTestContainer,
  Wait,
} from "testcontainers";

import { ownLabels, sweepOrphans } from "./sweep.ts";

type Dockerode = Awaited<ReturnType<typeof getContainerRuntimeClient>>["container"]["dockerode"];
type RawContainer = ReturnType<Dockerode["getContainer"]>;

const STARTUP_MAX_MS = 120_000;
const LOG_CHUNKS_MAX = 20;

export interface ContainerFile {
  target: string;
  content: string;
  mode: number;
}

/** What to run; ports are chosen by the caller, so that they stay the same over restarts. */
export interface ContainerPlan {
  readonly image: string;
  readonly entrypoint?: string[];
  readonly command: string[];
  readonly ports: readonly { readonly container: number; readonly host: number }[];
  readonly files: ContainerFile[];
  readonly environment?: Record<string, string>;
  readonly user?: string;
  readonly mount?: { source: string; target: string };
  /** Folders in memory, with the options of their mount, such as a size; they are empty after every start. */
  readonly tmpfs?: Record<string, string>;
  /** Another container, whose network it uses, as if both were on one machine. It has to be started after that one. */
  readonly beside?: RunningContainer;
  /** A part of the log line that the server writes when it is ready. Open ports prove nothing: a proxy holds them. */
  readonly readyLine: string;
  /** How many servers write it; one where left out. */
  readonly servers?: number;
}

/** testcontainers would publish on every address of the host. */
class LoopbackContainer extends GenericContainer {
  withLoopbackPorts(ports: ContainerPlan["ports"]): this {
    this.withExposedPorts(...ports);
    this.hostConfig.PortBindings = Object.fromEntries(
      ports.map(({ container, host }) => [
        `${container}/tcp`,
        [{ HostIp: "127.0.0.1", HostPort: String(host) }],
      ]),
    );
    return this;
  }
}

/** A container that keeps its addresses and its disk until it is removed, whatever happens to it in between. */
export class RunningContainer {
  readonly #started: StartedTestContainer;
  readonly #raw: RawContainer;
  readonly #readyLine: string;
  readonly #servers: number;
  /** Ready lines in the log so far. */
  #readyLines: number;

  private constructor(
    started: StartedTestContainer,
    raw: RawContainer,
    { readyLine, servers = 1 }: ContainerPlan,
  ) {
    this.#started = started;
    this.#raw = raw;
    this.#readyLine = readyLine;
    this.#servers = servers;
    this.#readyLines = servers;
  }

  static async launch(plan: ContainerPlan): Promise<RunningContainer> {
    await sweepOrphans();
    const container = new LoopbackContainer(plan.image)
      .withCommand(plan.command)
      .withCopyContentToContainer(plan.files)
      .withEnvironment(plan.environment ?? {})
      .withLoopbackPorts(plan.ports)
      .withLabels(ownLabels())
      .withWaitStrategy(Wait.forLogMessage(plan.readyLine, plan.servers ?? 1))
      .withStartupTimeout(STARTUP_MAX_MS);
    if (plan.entrypoint) container.withEntrypoint(plan.entrypoint);
    if (plan.user) container.withUser(plan.user);
    if (plan.tmpfs) container.withTmpFs(plan.tmpfs);
    if (plan.beside) container.withNetworkMode(`container:${plan.beside.#started.getId()}`);
    if (plan.mount) container.withBindMounts([plan.mount]);
    const log: string[] = [];
    container.withLogConsumer((stream) => {
      stream.on("data", (chunk: string | Buffer) => {
        log.push(chunk.toString());
        if (log.length > LOG_CHUNKS_MAX) log.shift();
      });
    });
    try {
      const started = await container.start();
      const client = await getContainerRuntimeClient();
      return new RunningContainer(started, client.container.getById(started.getId()), plan);
    } catch (error) {
      const message = `starting a container of "${plan.image}" failed; its log: ${log.join("")}`;
      throw new Error(message, { cause: error });
    }
  }

  /** Ends the server as a power cut would: no handler of it runs. Returns when it is gone. */
  async kill9(): Promise<void> {
    await this.#raw.kill({ signal: "SIGKILL" });
    await this.#raw.wait();
  }

  /** Ends the server in good order (SIGTERM). */
  async stop(): Promise<void> {
    await this.#raw.stop({ t: 30 });
  }

  /** Starts a killed or stopped server again, on the same addresses and data. Returns when it is ready. */
  async start(): Promise<void> {
    await this.#raw.start();
    await this.ready(this.#servers);
  }

  /** Returns when so many servers more than before have said that they are ready: the log keeps the lines of every earlier start. */
  async ready(servers: number): Promise<void> {
    this.#readyLines += servers;
    await Wait.forLogMessage(this.#readyLine, this.#readyLines)
      .withStartupTimeout(STARTUP_MAX_MS)
      .waitUntilReady(this.#raw, new BoundPorts());
  }

  /** Puts a file in the place of the one that is there, for the next start. */
  async replace(file: ContainerFile): Promise<void> {
    await this.#started.copyContentToContainer([file]);
  }

  /** Runs a script of the shell in the container. Returns its output when it is over; rejects where it fails. */
  async shell(script: string): Promise<string> {
    const client = await getContainerRuntimeClient();
    const { exitCode, output } = await client.container.exec(this.#raw, ["/bin/sh", "-c", script]);
    if (exitCode === 0) return output;
    throw new Error(`"${script}" ended with ${exitCode} in the container: ${output}`);
  }

  /** Freezes the server: connections stay open and nobody answers. */
  async pause(): Promise<void> {
    await this.#raw.pause();
  }

  async unpause(): Promise<void> {
    await this.#raw.unpause();
  }

  /** Takes the container and its data away, in whatever state it is. */
  async remove(): Promise<void> {
    const { State } = await this.#raw.inspect();
    if (State.Paused) await this.#raw.unpause();
    await this.#raw.remove({ force: true, v: true });
  }
}
