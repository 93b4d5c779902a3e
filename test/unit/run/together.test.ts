import { describe, expect, it } from "vitest";
import { together } from "../../../src/run/together.ts";

const FIRST = new Error("no space left on device");
const SECOND = new Error("fsync failed");

describe("together()", () => {
  it("stops the others at the first failure, waits for them, and throws it", async () => {
    const over = Promise.withResolvers<void>();
    const ends: string[] = [];
    const other = over.promise.then(() => void ends.push("other"));
    const stop = (): void => {
      ends.push("stop");
      over.resolve();
    };
    await expect(together([Promise.reject(FIRST), other], stop)).rejects.toBe(FIRST);
    expect(ends).toEqual(["stop", "other"]);
  });

  it("throws every failure when several parts fail, the first one as the cause", async () => {
    const both = together([Promise.reject(FIRST), Promise.reject(SECOND)], () => undefined);
    await expect(both).rejects.toMatchObject({ errors: [FIRST, SECOND], cause: FIRST });
  });

  it("stops nobody when all of them end well", async () => {
    let stops = 0;
    await together([Promise.resolve(), Promise.resolve()], () => void stops++);
    expect(stops).toBe(0);
  });
});
