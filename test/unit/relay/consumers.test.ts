import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createSink } from "../../../src/forward/sinks.ts";
import { createCursors } from "../../../src/journal/cursors.ts";
import { createMeter } from "../../../src/operate/meter.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { nodeDisk } from "../../../src/platform/disk.ts";
import { ORIGIN } from "../../../src/model/position.ts";
import type { Endpoint, Pipeline } from "../../../src/model/relay.ts";
import {
  openConsumers,
  type Consumers,
  type RelayConfiguration,
} from "../../../src/relay/consumers.ts";
import { temporaryFolder } from "../../support/disk.ts";
import { anEvent } from "../../support/entries.ts";
import { createMemoryJournal } from "../../support/memory-journal.ts";
import { silentLog } from "../../support/silent-log.ts";

function aPipeline(slug: string, endpoint: string, change: Partial<Pipeline> = {}): Pipeline {
  const stream = "logs-audit-kube-api";
  return { slug, stream, endpoint, isEnabled: true, start: "oldest", ...change };
}

function aFile(slug: string, path: string): Endpoint {
  return { slug, displayName: slug, spec: { kind: "file", path } };
}

async function open(folder: string, relay: Omit<RelayConfiguration, "organization">) {
  const journal = createMemoryJournal(["a", "b", "c"].map((id) => anEvent({ id })));
  const consumers = await openConsumers(
    { organization: "acme", ...relay },
    {
      journal,
      cursors: await createCursors({
        disk: nodeDisk,
        folder: join(folder, "cursors"),
        // As at the first start, when the journal was empty; the entries came since.
        journalEnd: ORIGIN,
      }),
      quarantineFolder: join(folder, "quarantine"),
      disk: nodeDisk,
      clock: systemClock,
      createSink,
      random: () => 0.5,
      log: silentLog,
      meter: createMeter(),
    },
  );
  return { consumers, journal };
}

/** Runs every consumer that is enabled until it is at the journal's end. */
async function settle({ all }: Consumers, sequence: number): Promise<void> {
  const stop = new AbortController();
  const forwarders = all.flatMap(({ forwarder }) => (forwarder === null ? [] : [forwarder]));
  const runs = forwarders.map((forwarder) => forwarder.run(stop.signal));
  const end = { partition: 0, sequence, locator: "" };
  for (const forwarder of forwarders)
    expect(await forwarder.settled(end, new AbortController().signal)).toBe(true);
  stop.abort();
  await Promise.all(runs);
}

/** An OTLP endpoint that refuses everything that it is asked for. */
async function refusing(): Promise<Endpoint> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => response.writeHead(400).end("no such tenant"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const spec = {
    kind: "otlp",
    endpoint: `http://127.0.0.1:${port}`,
    protocol: "http/protobuf",
    compression: "none",
    tls: null,
    auth: null,
    timeoutMs: 5_000,
  } as const;
  return { slug: "siem", displayName: "SIEM", spec };
}

describe("openConsumers()", () => {
  it("has the new cursors durable before anything runs, where each pipeline is configured to begin", async () => {
    const folder = await temporaryFolder();
    const { consumers } = await open(folder, {
      endpoints: [aFile("local", join(folder, "events.ndjson"))],
      pipelines: [
        aPipeline("old", "local"),
        aPipeline("new", "local", { start: "now" }),
        aPipeline("off", "local", { isEnabled: false }),
      ],
      archive: { directory: join(folder, "archive") },
    });
    const places = consumers.all.map(({ name, cursor }) => [name, cursor.position.sequence]);
    expect(places).toEqual([
      ["old", 0],
      ["new", 3],
      ["off", 0],
      ["(archive)", 0],
    ]);
    for (const name of ["old", "new", "off", "(archive)"]) {
      const file = join(folder, "cursors", `${encodeURIComponent(name)}.cursor.json`);
      expect(await readFile(file, "utf8"), name).toContain('"sequence"');
    }
    expect(consumers.followers()).toHaveLength(3);
    await consumers.close();
  });

  it("lets two pipelines write to one file, one after the other, whole lines only", async () => {
    const folder = await temporaryFolder();
    const path = join(folder, "events.ndjson");
    const { consumers, journal } = await open(folder, {
      endpoints: [aFile("local", path)],
      pipelines: [aPipeline("one", "local"), aPipeline("two", "local")],
      archive: null,
    });
    await settle(consumers, journal.end.sequence);
    const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
    const ids = lines.map((line) => (JSON.parse(line) as { readonly id: string }).id);
    expect(ids.toSorted()).toEqual(["a", "a", "b", "b", "c", "c"]);
    await consumers.close();
  });

  it("gives every pipeline a quarantine of its own, where what its endpoint refuses rests", async () => {
    const folder = await temporaryFolder();
    const relay = {
      endpoints: [await refusing(), aFile("local", join(folder, "events.ndjson"))],
      pipelines: [aPipeline("to-siem", "siem"), aPipeline("to-file", "local")],
      archive: null,
    };
    const { consumers, journal } = await open(folder, relay);
    await settle(consumers, journal.end.sequence);
    await consumers.close();
    const { consumers: again } = await open(folder, relay);
    const resting = again.all.map(({ name, forwarder }) => [name, forwarder?.state().resting]);
    expect(resting).toEqual([
      ["to-siem", 3],
      ["to-file", 0],
    ]);
    await again.close();
  });
});
