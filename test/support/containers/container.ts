import { BoundPorts, GenericContainer, getContainerRuntimeClient, Wait } from "testcontainers";

import { ownLabels, sweepOrphans } from "./sweep.ts";

type Dockerode = Awaited<ReturnType<typeof getContainerRuntimeClient>>["container"]["dockerode"];
type RawContainer = ReturnType<Dockerode["getContainer"]>;

const STARTUP_MAX_MS = 120_000;
const LOG_CHUNKS_MAX = 20;

/** What to run; ports are chosen by the caller, so that they stay the same over restarts. */
export interface ContainerPlan {
  readonly image: string;
  readonly entrypoint?: string[];
  readonly command: string[];
  readonly ports: readonly { readonly container: number; readonly host: number }[];
  readonly files: { target: string; content: string; mode: number }[];
  readonly environment?: Record<string, string>;
  readonly user?: string;
  readonly mount?: { source: string; target: string };
  /** A part of the log line that the server writes when it is ready. Open ports prove nothing: a proxy holds them. */
  readonly readyLine: string;
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
  readonly #raw: RawContainer;
  readonly #readyLine: string;
  #starts = 1;

  private constructor(raw: RawContainer, readyLine: string) {
    this.#raw = raw;
    this.#readyLine = readyLine;
  }

  static async launch(plan: ContainerPlan): Promise<RunningContainer> {
    await sweepOrphans();
    const container = new LoopbackContainer(plan.image)
      .withCommand(plan.command)
      .withCopyContentToContainer(plan.files)
      .withEnvironment(plan.environment ?? {})
      .withLoopbackPorts(plan.ports)
      .withLabels(ownLabels())
      .withWaitStrategy(Wait.forLogMessage(plan.readyLine))
      .withStartupTimeout(STARTUP_MAX_MS);
    if (plan.entrypoint) container.withEntrypoint(plan.entrypoint);
    if (plan.user) container.withUser(plan.user);
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
      return new RunningContainer(client.container.getById(started.getId()), plan.readyLine);
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
    // The log keeps the lines of every earlier start.
    await Wait.forLogMessage(this.#readyLine, this.#starts + 1)
      .withStartupTimeout(STARTUP_MAX_MS)
      .waitUntilReady(this.#raw, new BoundPorts());
    this.#starts += 1;
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
