import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { HTTP_SOURCE_LIMITS } from "../../../../src/collect/http/limits.ts";
import { chunksOf, serveSource, type ServedSource } from "./served-source.ts";

const { gapsMax, listenMsMax, stopMsMax } = HTTP_SOURCE_LIMITS;

async function sendUndecodable(hook: ServedSource, number: number): Promise<void> {
  const body = chunksOf(Buffer.from(`no gzip ${number}`));
  expect((await hook.send(body, "gzip")).status).toBe(200);
}

describe("a source that is sent to", () => {
  it("declares a loss that comes again once, as long as no more than gapsMax losses came since", async () => {
    const hook = await serveSource();
    for (let number = 1; number <= gapsMax; number++) await sendUndecodable(hook, number);
    expect(hook.gaps).toHaveLength(gapsMax);
    await sendUndecodable(hook, 1);
    expect(hook.gaps).toHaveLength(gapsMax);
    await sendUndecodable(hook, gapsMax + 1);
    await sendUndecodable(hook, 2);
    expect(hook.gaps).toHaveLength(gapsMax + 1);
    await sendUndecodable(hook, 1);
    expect(hook.gaps).toHaveLength(gapsMax + 2);
    expect(hook.gaps.at(-1)).toEqual(hook.gaps[0]);
  });

  it("tries to listen again after waits that double up to listenMsMax and stay there", async () => {
    const triedAtMs: number[] = [];
    const hook = await serveSource({
      listen: (atMs) => {
        triedAtMs.push(atMs);
        return Promise.reject(new Error("in use"));
      },
    });
    while (triedAtMs.length < 9) {
      hook.clock.advance(1_000);
      await setImmediate();
    }
    const waitsMs = triedAtMs.slice(1).map((atMs, index) => atMs - (triedAtMs[index] ?? 0));
    expect(waitsMs).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    expect(Math.max(...waitsMs)).toBe(listenMsMax);
  });

  it("that is stopped waits for the requests under way up to stopMsMax, and no longer", async () => {
    const hook = await serveSource({ durable: new Promise(() => undefined) });
    const sent = hook.send(chunksOf(Buffer.from('{"items":[{}]}')));
    await expect.poll(() => hook.accepted.length).toBe(1);
    hook.stop();
    await setImmediate();
    hook.clock.advance(stopMsMax - 1);
    await setImmediate();
    expect(hook.isOver).toBe(false);
    hook.clock.advance(1);
    await expect.poll(() => hook.isOver).toBe(true);
    hook.clock.advance(60_000);
    expect((await sent).status).toBe(503);
  });
});
