import { describe, expect, it } from "vitest";
import { createLanes } from "../../../src/collect/lanes.ts";

interface Work {
  readonly result: Promise<void>;
  finish(): void;
  fail(error: Error): void;
}

/** Work whose second half ends when the test says so; notes its start. */
function work(
  lanes: ReturnType<typeof createLanes>,
  lane: string,
  started: string[],
  name: string,
): Work {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const result = lanes.enter(lane, () => {
    started.push(name);
    return Promise.resolve({ done: promise });
  });
  return { result, finish: resolve, fail: reject };
}

const turns = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

describe("lanes", () => {
  it("start the work of one source in the order of the calls, without waiting for it to be durable", async () => {
    const started: string[] = [];
    const lanes = createLanes(2);
    const all = ["a", "b", "c"].map((name) => work(lanes, "source", started, name));
    await turns();
    expect(started).toEqual(["a", "b"]);
    all[1]?.finish();
    await turns();
    expect(started).toEqual(["a", "b", "c"]);
    for (const one of all) one.finish();
    await Promise.all(all.map((one) => one.result));
  });

  it("do not let one source wait for another", async () => {
    const started: string[] = [];
    const lanes = createLanes(1);
    const first = work(lanes, "slow", started, "slow");
    const second = work(lanes, "quick", started, "quick");
    await turns();
    expect(started).toEqual(["slow", "quick"]);
    first.finish();
    second.finish();
    await Promise.all([first.result, second.result]);
  });

  it("reject the work that failed, and go on with the next", async () => {
    const started: string[] = [];
    const lanes = createLanes(1);
    const first = work(lanes, "source", started, "first");
    const second = work(lanes, "source", started, "second");
    first.fail(new Error("disk is gone"));
    await expect(first.result).rejects.toThrow("disk is gone");
    second.finish();
    await second.result;
    expect(started).toEqual(["first", "second"]);
  });

  it("go on after work that could not even start", async () => {
    const lanes = createLanes(1);
    await expect(
      lanes.enter("source", () => Promise.reject(new Error("not normalized"))),
    ).rejects.toThrow("not normalized");
    await lanes.enter("source", () => Promise.resolve({ done: Promise.resolve() }));
  });
});
