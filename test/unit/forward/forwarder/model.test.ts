import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DELIVERED } from "../../../../src/model/delivery.ts";
import type { Delivery } from "../../../../src/model/delivery.ts";
import { createFaultyDisk } from "../../../support/disk-faulty.ts";
import { createForwarderBench } from "../../../support/forwarder.ts";
import type { ForwarderBench } from "../../../support/forwarder.ts";
import { createMemoryCursor } from "../../../support/memory-journal.ts";
import { createScriptedSink } from "../../../support/scripted-sink.ts";

/** What an endpoint may do with a batch; events that were taken are noted as taken. */
type Step =
  | "delivered"
  | "tooLarge"
  | "refused"
  | "retry"
  | "retryThoughTaken"
  | "paused"
  | "named"
  | "counted"
  | "throws";

const steps = fc.array(
  fc.constantFrom<Step>(
    "delivered",
    "tooLarge",
    "refused",
    "retry",
    "retryThoughTaken",
    "paused",
    "named",
    "counted",
    "throws",
  ),
  { maxLength: 60 },
);

/** What an endpoint took, in its order, and what of it it said that it took. */
interface Books {
  readonly taken: string[];
  readonly acknowledged: string[];
  /** Refused while a neighbour was taken: after a crash before its rest it is sent again, and may be taken then. */
  readonly left: Set<string>;
}

/** An endpoint that goes through the steps, then takes everything. */
function endpoint(
  script: Step[],
  { taken, acknowledged, left }: Books,
): (ids: readonly string[]) => Delivery {
  return (ids) => {
    const step = script.shift() ?? "delivered";
    if (step === "throws") throw new Error("thrown");
    if (step === "tooLarge") return { status: step, limitBytes: null, cause: step };
    if (step === "refused" || step === "paused") return { status: step, cause: step };
    if (step === "retry") return { status: step, cause: step, retryAfterMs: null };
    if (step === "named") {
      taken.push(...ids.slice(1));
      acknowledged.push(...ids.slice(1));
      left.add(ids[0] ?? "");
      return { status: "partlyRefused", refused: [{ index: 0, cause: step }] };
    }
    if (step === "counted") {
      taken.push(...ids.slice(0, -1));
      acknowledged.push(...ids.slice(0, -1));
      left.add(ids.at(-1) ?? "");
      return { status: "partlyRefused", refusedCount: 1, cause: step };
    }
    taken.push(...ids);
    if (step === "delivered") acknowledged.push(...ids);
    return step === "delivered"
      ? DELIVERED
      : { status: "retry", cause: "no answer", retryAfterMs: null };
  };
}

function checkCounts(bench: ForwarderBench): void {
  const { matched, delivered, quarantined, waiting } = bench.forwarder.state().counts;
  expect(delivered + quarantined + waiting).toBe(matched);
  expect(waiting).toBeGreaterThanOrEqual(0);
  const metric = (name: string): number => bench.metrics.get(`chaperone_pipeline_${name}`) ?? 0;
  expect(metric("delivered_total") + metric("quarantined_total") + metric("waiting")).toBe(
    metric("matched_total"),
  );
}

describe("whatever an endpoint answers, and wherever the process is stopped", () => {
  it("every event is delivered, at rest or waiting at every step, and first deliveries keep the order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(steps, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 25 }),
        fc.integer({ min: 1, max: 9 }),
        async (lives, events, entriesMax) => {
          const books: Books = { taken: [], acknowledged: [], left: new Set() };
          const { taken, acknowledged } = books;
          const disk = createFaultyDisk();
          const cursor = createMemoryCursor();
          const limits = { refusedInRowMax: 4, cleanMin: 3 };
          for (const [life, script] of lives.entries()) {
            const answers = endpoint([...script], books);
            const sink = createScriptedSink((ids) => answers(ids), entriesMax);
            const bench = await createForwarderBench({ events, cursor, disk, limits, sink });
            const usual = sink.script;
            const isLast = life === lives.length - 1;
            sink.script = async (ids, signal) => {
              checkCounts(bench);
              const resting = (await bench.resting()).map(({ eventId }) => eventId);
              const settled = new Set([...taken, ...resting]);
              for (let n = 1; n <= cursor.position.sequence; n++)
                expect(settled.has(`event-${n}`)).toBe(true);
              return usual(ids, signal);
            };
            bench.start();
            if (isLast) await bench.settled();
            else
              await expect
                .poll(() => sink.attempts.length + cursor.moves.length)
                .toBeGreaterThan(0);
            await bench.stop();
            checkCounts(bench);
            if (!isLast) continue;
            const resting = (await bench.resting()).map(({ eventId }) => eventId);
            const all = Array.from({ length: events }, (_, n) => `event-${n + 1}`);
            expect(new Set([...taken, ...resting])).toEqual(new Set(all));
            expect(new Set(resting).size).toBe(resting.length);
            const firsts = [...new Set(acknowledged)].filter((id) => !books.left.has(id));
            const inOrder = firsts.toSorted((a, b) => Number(a.slice(6)) - Number(b.slice(6)));
            expect(firsts).toEqual(inOrder);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
