import { describe, expect, it } from "vitest";
import { createRoom } from "../../../../src/collect/http/room.ts";

const never = new AbortController().signal;

describe("the room for bytes in flight", () => {
  it("takes what is below or at its limit, and lets more wait until something leaves", async () => {
    const room = createRoom(10);
    expect(await room.reserve(9, never)).toBe(true);
    expect(room.isFull).toBe(false);
    expect(await room.reserve(1, never)).toBe(true);
    expect(room.isFull).toBe(true);
    let isIn = false;
    const waiting = room.reserve(1, never).then((isReserved) => (isIn = isReserved));
    await new Promise(setImmediate);
    expect(isIn).toBe(false);
    room.release(9);
    expect(await waiting).toBe(true);
  });

  it("takes what is larger than itself alone", async () => {
    const room = createRoom(10);
    expect(await room.reserve(11, never)).toBe(true);
    const abort = new AbortController();
    const waiting = room.reserve(1, abort.signal);
    abort.abort();
    expect(await waiting).toBe(false);
  });

  it("gives up when it is told to, and takes nothing for that", async () => {
    const room = createRoom(10);
    await room.reserve(10, never);
    expect(await room.reserve(1, AbortSignal.abort())).toBe(false);
    room.release(10);
    expect(await room.reserve(10, never)).toBe(true);
  });
});
