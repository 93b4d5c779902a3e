import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  CLEAN_END_MS_MAX,
  SAME_ORDER_MS_MAX,
  createShutdown,
  type Shutdown,
} from "../../../src/operate/shutdown.ts";
import type { Log } from "../../../src/ports/log.ts";

/** `process.exit` of a test: it must not return either. */
class Exit extends Error {}

describe("createShutdown()", () => {
  const errors: string[] = [];
  const logged: unknown[] = [];
  const log: Log = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (fields, message) => {
      logged.push(fields);
      errors.push(message);
    },
  };
  let shutdown: Shutdown;
  const codes: unknown[] = [];

  beforeEach(() => {
    vi.useFakeTimers();
    errors.length = 0;
    logged.length = 0;
    codes.length = 0;
    vi.spyOn(process, "exit").mockImplementation((code) => {
      codes.push(code);
      throw new Exit();
    });
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    shutdown = createShutdown(log);
  });
  afterEach(() => {
    shutdown.done();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it.each(["SIGTERM", "SIGINT"] as const)("begins a clean end at the first %s", (signal) => {
    process.emit(signal, signal);
    expect(shutdown.signal.aborted).toBe(true);
    expect({ codes, failure: shutdown.failure }).toEqual({ codes: [], failure: null });
  });

  it("leaves at once at the second signal, of whichever kind", () => {
    process.emit("SIGTERM", "SIGTERM");
    expect(() => process.emit("SIGINT", "SIGINT")).toThrow(Exit);
    expect(codes).toEqual([1]);
  });

  it("takes a signal that comes twice at once for one, and the same one later for a second", () => {
    process.emit("SIGTERM", "SIGTERM");
    vi.advanceTimersByTime(SAME_ORDER_MS_MAX - 1);
    process.emit("SIGTERM", "SIGTERM");
    expect(codes).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(() => process.emit("SIGTERM", "SIGTERM")).toThrow(Exit);
  });

  it("leaves with 1 and says so when the clean end takes longer than its time", () => {
    process.emit("SIGTERM", "SIGTERM");
    vi.advanceTimersByTime(CLEAN_END_MS_MAX - 1);
    expect(codes).toEqual([]);
    expect(() => vi.advanceTimersByTime(1)).toThrow(Exit);
    expect(codes).toEqual([1]);
    expect(errors).toEqual([`Cannot end cleanly within ${CLEAN_END_MS_MAX} ms: leaving at once`]);
    expect(logged).toEqual([{ code: "SHUTDOWN_TIMEOUT" }]);
  });

  it("does not leave once the end was reached, and signals have their usual meaning again", () => {
    const before = process.listenerCount("SIGTERM");
    process.emit("SIGTERM", "SIGTERM");
    shutdown.done();
    vi.advanceTimersByTime(CLEAN_END_MS_MAX * 2);
    expect(codes).toEqual([]);
    expect(process.listenerCount("SIGTERM")).toBe(before - 1);
  });

  it("begins the end at a failure that nobody waits for, keeps the first one, and logs each", () => {
    const failure = new Error("fsync failed");
    shutdown.fail(failure);
    shutdown.fail(new Error("another"));
    expect(shutdown.signal.aborted).toBe(true);
    expect(shutdown.failure).toBe(failure);
    expect(errors).toEqual(["Cannot go on", "Cannot go on"]);
    expect(codes).toEqual([]);
  });
});
