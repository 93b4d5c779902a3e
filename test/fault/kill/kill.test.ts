import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startChaperone } from "../../support/chaperone-process.ts";
import { startCollector, type CollectorServer } from "../../support/containers/collector.ts";
import { requireEngine } from "../../support/containers/engine.ts";
import { startKafka, type KafkaServer } from "../../support/containers/kafka.ts";
import { seededRandom } from "../../support/random.ts";
import { runsAgain, SEED } from "../../support/seed.ts";
import { configurationOf, ndjsonIn } from "../configuration.ts";
import { complaintsOf, type SeenEvent } from "./ledger-of-lines.ts";
import { createOrigin } from "./origin.ts";
import { seenInKafka, seenInNdjson, seenInOtlp } from "./seen.ts";

const KILLS = 30;
const TOPIC = "support-access";
const STREAMS = [
  "logs-audit-kube-api",
  "logs-audit-teleport",
  "logs-session-teleport",
  "logs-grants",
  "logs-findings",
];
const CONSUME_MS_MAX = 120_000;
const NOTHING = { lost: [], underTwoIds: [], withTwoFirstVerdicts: [] };

describe.skipIf(!(await requireEngine()))(
  `kill -9 at ${KILLS} random moments (${runsAgain(SEED)})`,
  () => {
    let folder = "";
    let kafka: KafkaServer;
    let collector: CollectorServer;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "chaperone-kill-"));
      [kafka, collector] = await Promise.all([startKafka(), startCollector()]);
      await kafka.createTopic(TOPIC, 3);
    });
    afterAll(async () => {
      await Promise.all([kafka.remove(), collector.remove()]);
      await rm(folder, { recursive: true, force: true });
    });

    it("loses no line, and gives none two ids or two first verdicts, at any of three destinations", async () => {
      const random = seededRandom(SEED);
      const origin = createOrigin(join(folder, "logs"), SEED);
      const configuration = join(folder, "chaperone.yaml");
      await writeFile(
        configuration,
        JSON.stringify(
          configurationOf(folder, {
            streams: STREAMS,
            to: [
              ndjsonIn(folder),
              { slug: "otlp", spec: { otlp: { endpoint: collector.endpoint } } },
              {
                slug: "kafka",
                spec: { kafka: { bootstrapEndpoints: kafka.bootstrap("plain"), topic: TOPIC } },
              },
            ],
          }),
        ),
      );

      for (let kill = 0; kill < KILLS; kill++) {
        const chaperone = startChaperone(["run", "--config", configuration]);
        const lifeMs = 300 + random.below(1_700);
        const startedAt = performance.now();
        while (performance.now() - startedAt < lifeMs) {
          origin.burst();
          await delay(40);
        }
        const early = await Promise.race([chaperone.ended, Promise.resolve("alive" as const)]);
        expect(early, chaperone.errors()).toBe("alive");
        await chaperone.kill9();
      }
      const last = startChaperone(["run", "--once", "--config", configuration]);
      expect(await last.ended, last.errors()).toBe(0);

      const ndjson = seenInNdjson(await readFile(join(folder, "events.ndjson"), "utf8"));
      const otlp = seenInOtlp(await collector.logs());
      const records = await kafka.consumeAll(TOPIC, await recordCount(kafka), CONSUME_MS_MAX);
      expect(origin.written.length).toBeGreaterThan(8_000);
      // The killing went through held and released events too, or it would show little.
      const verdicts = new Set(
        ndjson.map(({ verdict }) => verdict.replaceAll(/"[0-9a-f-]{36}"/g, "id")),
      );
      expect(
        [...verdicts].some((verdict) => verdict.includes('"window","coverage":"covered"')),
      ).toBe(true);
      expect(
        [...verdicts].some((verdict) => verdict.includes('"named","coverage":"covered"')),
      ).toBe(true);
      const seen: Readonly<Record<string, readonly SeenEvent[]>> = {
        ndjson,
        otlp,
        kafka: seenInKafka(records),
      };
      for (const [destination, events] of Object.entries(seen))
        expect(complaintsOf(origin.written, events), destination).toEqual(NOTHING);
      expect(complaintsOf([], Object.values(seen).flat()), "all destinations together").toEqual(
        NOTHING,
      );
    });
  },
);

async function recordCount(kafka: KafkaServer): Promise<number> {
  const admin = kafka.client().admin();
  await admin.connect();
  const offsets = await admin.fetchTopicOffsets(TOPIC);
  await admin.disconnect();
  return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
}
