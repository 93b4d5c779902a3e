import { expect, it } from "vitest";
import { createPersist, createRest } from "../../../src/forward/rest.ts";
import type { Resting } from "../../../src/forward/rest.ts";
import { ChaperoneError } from "../../../src/model/error.ts";
import type { RestCause } from "../../../src/ports/quarantine.ts";
import { linesOfLog } from "../../support/disk-journal.ts";
import { someEntries } from "../../support/entries.ts";
import { createQuickClock } from "../../support/quick-clock.ts";

const REFUSED: RestCause = { code: "refused", cause: "status 400", requestId: null };
const SUSPECT: RestCause = { code: "suspect", cause: "status 400", requestId: "siem:1-2" };
const RETRY_MS = 5_000;

/** `write` gets the ids of each call. */
function aBench(write: (ids: readonly string[]) => void = () => undefined) {
  const calls: (readonly [code: string, ...ids: string[]])[] = [];
  const said: unknown[] = [];
  const clock = createQuickClock();
  const log = { ...linesOfLog(), error: (fields: unknown) => void said.push(fields) };
  const rest = createRest({
    write: (entries, { code }) => {
      const ids = entries.map(({ id }) => id);
      calls.push([code, ...ids]);
      return Promise.resolve(ids).then(write);
    },
    persist: createPersist({ clock, log, pipeline: "siem", limits: { retryMsMax: RETRY_MS } }),
  });
  return { rest, calls, said, clock };
}

function resting(...causes: readonly RestCause[]): readonly Resting[] {
  return someEntries(causes.length).flatMap((entry, n): Resting[] => {
    const cause = causes[n];
    return cause === undefined ? [] : [{ entry, cause }];
  });
}

const never = new AbortController().signal;

it("neighbours with one cause come to rest with one write, which is one fsync; others by themselves, in order", async () => {
  const { rest, calls } = aBench();
  const other = { ...REFUSED, cause: "status 422" };
  const later = { ...SUSPECT, requestId: "siem:3-4" };
  const all = resting(REFUSED, REFUSED, other, SUSPECT, SUSPECT, later, REFUSED, REFUSED, REFUSED);
  expect(await rest(all, never)).toBe(true);
  expect(calls).toEqual([
    ["refused", "event-1", "event-2"],
    ["refused", "event-3"],
    ["suspect", "event-4", "event-5"],
    ["suspect", "event-6"],
    ["refused", "event-7", "event-8", "event-9"],
  ]);
});

it("an event of another code is not put to rest under its neighbour's", async () => {
  const { rest, calls } = aBench();
  await rest(resting(REFUSED, { ...REFUSED, code: "too-large" }), never);
  expect(calls).toEqual([
    ["refused", "event-1"],
    ["too-large", "event-2"],
  ]);
});

it("a quarantine without room is tried again every `retryMsMax` until it has some, which is said once", async () => {
  let full = 3;
  const { rest, calls, said, clock } = aBench(() => {
    if (full-- > 0) throw new Error("no space");
  });
  const before = clock.monotonicMs();
  expect(await rest(resting(REFUSED), never)).toBe(true);
  expect(calls).toHaveLength(4);
  expect(clock.monotonicMs() - before).toBe(3 * RETRY_MS);
  expect(said).toEqual([{ pipeline: "siem", cause: "no space" }]);
});

it("who is stopped while there is no room is told that nothing came to rest, and nothing more is tried", async () => {
  const stop = new AbortController();
  const { rest, calls } = aBench(() => {
    stop.abort();
    throw new Error("no space");
  });
  expect(await rest(resting(REFUSED, SUSPECT), stop.signal)).toBe(false);
  expect(calls).toEqual([["refused", "event-1"]]);
});

it("a rest of which nobody knows whether it is durable ends the process, and any other failure does not", async () => {
  const errors = [
    new ChaperoneError("QUARANTINE_UNREADABLE", "Cannot look"),
    new ChaperoneError("QUARANTINE_WRITE_FAILED", "Cannot put to rest"),
  ];
  const { rest, calls } = aBench(() => {
    const error = errors.shift();
    if (error !== undefined) throw error;
  });
  await expect(rest(resting(REFUSED), never)).rejects.toMatchObject({
    code: "QUARANTINE_WRITE_FAILED",
  });
  expect(calls).toHaveLength(2);
});
