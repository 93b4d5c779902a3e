import { gunzipSync, gzipSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { CutRecord } from "../../../../src/collect/http/exchange.ts";
import { corpusOf } from "../../../support/corpus.ts";
import { fuzzRuns } from "../../../support/fuzz.ts";
import { mutate, mutations } from "../../../support/mutate.ts";
import { eventList } from "../../../contract/http-source/audit-events.ts";
import { chunksOf, serveSource, type ServedSource } from "../http/served-source.ts";
import { expectNothingLost } from "./around-items.ts";

const ITEMS = corpusOf("kubernetes-audit")
  .map((bytes) => Buffer.from(bytes).toString().trim())
  .filter((item) => item.length < 4_096);

const lists = fc.array(fc.constantFrom(...ITEMS), { minLength: 1, maxLength: 5 });
const bodies = lists.map((items) => Buffer.from(eventList(...items)));
const damaged = fc
  .tuple(bodies, mutations, bodies)
  .map(([body, changes, other]) => Buffer.from(mutate(body, changes, other)));
const chunkSizes = fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 5 });

/** Sends it and takes out what was accepted since, in order. */
async function send(
  hook: ServedSource,
  body: AsyncIterable<Uint8Array>,
  contentEncoding?: string,
): Promise<{ readonly status: number; readonly records: readonly CutRecord[] }> {
  const { status } = await hook.send(body, contentEncoding);
  const records = hook.accepted.splice(0).flat();
  return {
    status,
    records: records.map(({ bytes, position }) => ({ bytes, offset: offsetOf(position) })),
  };
}

function offsetOf(position: string): number {
  return Number(position.split(":")[1]);
}

function decompressed(bytes: Buffer): Buffer | null {
  try {
    return gunzipSync(bytes);
  } catch {
    return null;
  }
}

describe("the body of an audit webhook that was damaged", () => {
  it("is taken, every byte of it in a record or around the items of a list, in no more records than bytes", async () => {
    const hook = await serveSource();
    await fc.assert(
      fc.asyncProperty(damaged, chunkSizes, async (body, sizes) => {
        const { status, records } = await send(hook, chunksOf(body, sizes));
        expect(status).toBe(200);
        expect(records.length).toBeLessThanOrEqual(body.length);
        expectNothingLost(body, records);
      }),
      { numRuns: fuzzRuns(500) },
    );
    expect(hook.gaps).toEqual([]);
  });

  it("and is compressed keeps all items in front of the place where its loss begins, unless all of it can be read", async () => {
    await fc.assert(
      fc.asyncProperty(
        lists,
        lists,
        mutations,
        chunkSizes,
        async (items, later, changes, sizes) => {
          const hook = await serveSource();
          const sound = Buffer.from(eventList(...items));
          const damage = mutate(gzipSync(eventList(...later)), changes);
          const sent = Buffer.concat([gzipSync(sound), damage]);
          const { status, records } = await send(hook, chunksOf(sent, sizes), "gzip");
          hook.stop();
          expect(status).toBe(200);
          const plain = decompressed(sent);
          const [gap] = hook.gaps;
          if (plain === null) expect(gap?.cause).toContain("could not be decompressed");
          if (gap === undefined) expectNothingLost(plain ?? sound, records);
          else {
            const lostFrom = Math.min(sound.length, offsetOf(gap.from));
            const before = records.filter(({ offset }) => offset < lostFrom);
            expectNothingLost(sound.subarray(0, lostFrom), before);
          }
        },
      ),
      { numRuns: fuzzRuns(200) },
    );
  });
});
