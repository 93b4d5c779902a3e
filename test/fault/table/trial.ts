import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { HOME, organizationHome } from "../../../src/config/home.ts";
import { builtProgram } from "../../support/built-program.ts";
import { freePort } from "../../support/containers/port.ts";
import { seededRandom, type Random } from "../../support/random.ts";
import { unitEnvironment } from "../../support/systemd-unit.ts";
import { configurationOf } from "./configuration.ts";
import type { Destination, DestinationPlan } from "./destinations/destination.ts";
import { startOtlpDestination } from "./destinations/otlp.ts";
import { SOURCE_KINDS } from "./origins/kinds.ts";
import type { OriginOrder } from "./origins/messages.ts";
import { startOrigin, type Origin } from "./origins/origin.ts";
import { makeOriginTls } from "./origins/tls.ts";
import type { Amount, Row } from "./row.ts";
import { createChaperone, type Launch, type Chaperone } from "./chaperone.ts";

/** One run of a row: Chaperone, origins and destinations in processes of their own, in a folder of their own. */
export interface Trial {
  readonly row: Row;
  readonly isQuick: boolean;
  readonly seed: number;
  readonly random: Random;
  readonly chaperone: Chaperone;
  readonly origins: readonly Origin[];
  readonly destinations: readonly Destination[];
  /** The first destination. */
  readonly destination: Destination;
  readonly configurationPath: string;
  /** Folder of the organization's durable state. */
  readonly home: string;
  /** A part of it. */
  part(name: keyof typeof HOME): string;
  /** All origins write at the row's rate from now on. */
  write(): Promise<void>;
  /** All origins stop, and what they have under way ends. */
  rest(): Promise<void>;
  /** Tells every origin; resolves with what all of them have handed over. */
  order(order: OriginOrder): Promise<number>;
  /** The length of a fault. */
  lasting(ms: Amount): Promise<void>;
  amount(of: Amount): number;
  close(): Promise<void>;
}

export interface TrialOptions {
  readonly isQuick: boolean;
  readonly seed: number;
}

const SIEM: DestinationPlan = { name: "siem", start: startOtlpDestination };
const PER_SECOND: Amount = { full: 2_800, quick: 600 };

/** Makes everything ready; nothing runs yet but origins, which are silent, and destinations. */
export async function openTrial(row: Row, { isQuick, seed }: TrialOptions): Promise<Trial> {
  await using opening = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), `chaperone-fault-${row.name}-`));
  opening.defer(() => rmSync(folder, { recursive: true, force: true }));
  const configurationPath = join(folder, "chaperone.yaml");
  const usual: Launch = {
    command: process.execPath,
    args: ["--no-warnings", builtProgram(), "run", "--config", configurationPath],
    environment: unitEnvironment,
  };
  const { dataDir = join(folder, "data"), ...arranged } =
    (await row.arrange?.({ folder, launch: usual, isQuick })) ?? {};
  if (arranged.close !== undefined) opening.defer(arranged.close);

  const destinations: Destination[] = [];
  for (const { name, start } of row.destinations ?? [SIEM]) {
    const destination = await start(folder, name);
    opening.defer(() => destination.close());
    destinations.push(destination);
  }
  const [destination] = destinations;
  if (destination === undefined) throw new RangeError(`Row "${row.name}" has no destination`);

  const tls = await makeOriginTls(folder);
  const origins: Origin[] = [];
  for (const [index, kind] of SOURCE_KINDS.entries()) {
    const origin = await startOrigin(kind, { folder, seed: seed + index, tls });
    opening.defer(() => origin.close());
    origins.push(origin);
  }

  const healthPort = await freePort();
  const configuration = configurationOf({
    dataDir,
    sources: origins.map(({ source }) => source),
    destinations,
    healthPort,
  });
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(
    configurationPath,
    JSON.stringify(arranged.configure?.(configuration) ?? configuration),
  );
  const chaperone = createChaperone(arranged.launch ?? usual, healthPort);
  opening.defer(() => chaperone.kill9());

  const home = organizationHome({ dataDir, organization: "acme" });
  const amount = (of: Amount): number => (isQuick ? of.quick : of.full);
  const shares = origins.reduce((sum, { kind }) => sum + kind.share, 0);

  async function orderAll(orderOf: (origin: Origin) => OriginOrder): Promise<number> {
    const states = await Promise.all(origins.map((origin) => origin.order(orderOf(origin))));
    return states.reduce((sum, { written }) => sum + written, 0);
  }

  const opened = opening.move();
  return {
    row,
    isQuick,
    seed,
    random: seededRandom(seed),
    chaperone,
    origins,
    destinations,
    destination,
    configurationPath,
    home,
    part: (name) => join(home, HOME[name]),
    write: async () => {
      const perSecond = amount(row.perSecond ?? PER_SECOND);
      await orderAll(({ kind }) => ({
        do: "write",
        perSecond: (perSecond * kind.share) / shares,
      }));
    },
    rest: async () => {
      await orderAll(() => ({ do: "write", perSecond: 0 }));
    },
    order: (order) => orderAll(() => order),
    lasting: (ms) => delay(amount(ms)),
    amount,
    close: () => opened.disposeAsync(),
  };
}
