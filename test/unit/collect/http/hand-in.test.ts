import { describe, expect, it } from "vitest";
import { createHandIn } from "../../../../src/collect/http/hand-in.ts";
import { HTTP_SOURCE_LIMITS } from "../../../../src/collect/http/limits.ts";
import type { RawRecord, RecordBatch, Source } from "../../../../src/model/record.ts";
import type { Intake } from "../../../../src/ports/collector.ts";

const source: Source = { name: "hook", dialect: "kubernetes-audit", cluster: "prod" };
const { acceptsMax, recordsMax, recordBytesMax } = HTTP_SOURCE_LIMITS;

function records(count: number): readonly RawRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    bytes: new Uint8Array(),
    position: String(index),
    observedAt: 0,
    truncatedFromBytes: null,
  }));
}

/** A way in whose accepts the test ends. */
function setUp() {
  const accepts: { readonly count: number; readonly end: PromiseWithResolvers<void> }[] = [];
  const changes: boolean[] = [];
  const intake: Pick<Intake, "accept"> = {
    accept: (batch: RecordBatch) => {
      const end = Promise.withResolvers<void>();
      accepts.push({ count: batch.records.length, end });
      return end.promise;
    },
  };
  const handIn = createHandIn({
    intake: intake as Intake,
    source,
    part: "/",
    changed: () => changes.push(handIn.isIdle),
  });
  const counts = (): readonly number[] => accepts.map(({ count }) => count);
  return { handIn, accepts, counts, changes };
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
}

describe("the records of many requests", () => {
  it("go one by one while few are under way, and together when more wait", async () => {
    const { handIn, accepts, counts } = setUp();
    const handed = Array.from({ length: acceptsMax + 7 }, () =>
      handIn.accept({ records: records(1), sizeBytes: 1 }),
    );
    expect(counts()).toEqual(Array(acceptsMax).fill(1));
    accepts[0]?.end.resolve();
    await turns();
    expect(counts()).toEqual([...(Array(acceptsMax).fill(1) as number[]), 7]);
    for (const { end } of accepts) end.resolve();
    await Promise.all(handed);
  });

  it.each([
    ["records", recordsMax, 1],
    ["bytes", 1, recordBytesMax],
  ])("go together up to the limit of %s, and not beyond", async (_, count, sizeBytes) => {
    const { handIn, accepts, counts } = setUp();
    const one = { records: records(count / 2 >= 1 ? count / 2 : 1), sizeBytes: sizeBytes / 2 };
    for (let times = 0; times < acceptsMax + 3; times++) void handIn.accept(one);
    accepts[0]?.end.resolve();
    await turns();
    expect(counts().at(-1)).toBe(one.records.length * 2);
    accepts[1]?.end.resolve();
    await turns();
    expect(counts().at(-1)).toBe(one.records.length);
  });

  it("larger than a limit go alone", () => {
    const { handIn, counts } = setUp();
    void handIn.accept({ records: records(recordsMax + 1), sizeBytes: recordBytesMax + 1 });
    expect(counts()).toEqual([recordsMax + 1]);
  });

  it("are refused together with their accept, and no others with them", async () => {
    const { handIn, accepts } = setUp();
    const first = handIn.accept({ records: records(1), sizeBytes: 1 });
    const second = handIn.accept({ records: records(1), sizeBytes: 1 });
    accepts[0]?.end.reject(new Error("stopped"));
    accepts[1]?.end.resolve();
    await expect(first).rejects.toThrow("stopped");
    await second;
  });

  it("say when the first is under way and when the last is done", async () => {
    const { handIn, accepts, changes } = setUp();
    const handed = [1, 2].map(() => handIn.accept({ records: records(1), sizeBytes: 1 }));
    expect([handIn.isIdle, changes]).toEqual([false, [false]]);
    for (const { end } of accepts) end.resolve();
    await Promise.all(handed);
    await turns();
    expect([handIn.isIdle, changes]).toEqual([true, [false, true]]);
  });
});
