import { getEventListeners } from "node:events";
import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { createWaiters } from "../../../src/journal/local/waiters.ts";

test("a wait ends at the next wake and not at one before it, by the signal, and at once with a signal that is aborted", async () => {
  const waiters = createWaiters();
  waiters.wake();
  const ended: string[] = [];
  const stop = new AbortController();
  const waits = [
    waiters.wait(new AbortController().signal).then(() => ended.push("woken")),
    waiters.wait(stop.signal).then(() => ended.push("stopped")),
  ];
  await waiters.wait(AbortSignal.abort());
  expect(ended).toEqual([]);
  stop.abort();
  await waits[1];
  expect(ended).toEqual(["stopped"]);
  waiters.wake();
  await waits[0];
  expect(ended).toEqual(["stopped", "woken"]);
});

test("a wait that is over leaves nothing at a signal that lives as long as the process", async () => {
  const waiters = createWaiters();
  const { signal } = new AbortController();
  const waits = [waiters.wait(signal), waiters.wait(signal)];
  expect(getEventListeners(signal, "abort")).toHaveLength(2);
  waiters.wake();
  await Promise.all(waits);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("a wait that is over is held by nobody, however long others go on", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const waiters = createWaiters();
  const signals: WeakRef<AbortSignal>[] = [];
  for (let number = 1; number <= 20; number += 1) {
    const { signal } = new AbortController();
    signals.push(new WeakRef(signal));
    const wait = waiters.wait(signal);
    waiters.wake();
    await wait;
  }
  await nextTurn();
  collectGarbage();
  // The last ones may be in the hands of a call that has just ended.
  expect(signals.slice(0, 10).filter((each) => each.deref() !== undefined)).toHaveLength(0);
  waiters.wake();
});
