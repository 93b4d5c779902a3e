import { configFile, collectorPlan, sendingConfig, type Onward } from "./collector-config.ts";
import { startCollectorBeside, type CollectorServer, type LogRecord } from "./collector.ts";
import { RunningContainer } from "./container.ts";
import { freePort } from "./port.ts";

const FRONT_PORT = 4318;
const BACK_PORT = 4319;

/**
 * Two Collectors: a front that sends on what it takes, and the back end that it sends to, which writes it down. The back end is not there
 * before `startBack`. It uses the front's network, and so has to be down while the front is, and when it is started again.
 */
export class CollectorChain {
  /** The base address of the front's OTLP/HTTP. */
  readonly endpoint: string;
  readonly #front: RunningContainer;
  #back: CollectorServer | null = null;

  constructor(front: RunningContainer, port: number) {
    this.#front = front;
    this.endpoint = `http://127.0.0.1:${port}`;
  }

  /** Every log record that came to the back end, in the order of arrival. */
  async logs(): Promise<LogRecord[]> {
    return (await this.#back?.logs()) ?? [];
  }

  async startBack(): Promise<void> {
    if (this.#back === null) this.#back = await startCollectorBeside(this.#front, BACK_PORT);
    else await this.#back.start();
  }

  async killBack(): Promise<void> {
    await this.#back?.kill9();
  }

  killFront(): Promise<void> {
    return this.#front.kill9();
  }

  /** Ends the front in good order. */
  stopFront(): Promise<void> {
    return this.#front.stop();
  }

  startFront(): Promise<void> {
    return this.#front.start();
  }

  /** Both of them, in good order. */
  async restart(): Promise<void> {
    await this.#back?.stop();
    await this.#front.stop();
    await this.#front.start();
    await this.#back?.start();
  }

  /** Another configuration for the front's next start. */
  configureFront(onward: Onward): Promise<void> {
    return this.#front.replace(configFile(sendingConfig(FRONT_PORT, BACK_PORT, onward)));
  }

  async remove(): Promise<void> {
    await this.#back?.remove();
    await this.#front.remove();
  }
}

/** Starts the front of a chain. */
export async function startCollectorChain(onward: Onward): Promise<CollectorChain> {
  const port = await freePort();
  const front = await RunningContainer.launch({
    ...collectorPlan(sendingConfig(FRONT_PORT, BACK_PORT, onward)),
    ports: [{ container: FRONT_PORT, host: port }],
  });
  return new CollectorChain(front, port);
}
