import { describe, expect, it } from "vitest";
import { DELIVERED, type Delivery } from "../../../src/model/delivery.ts";
import type { Sink } from "../../../src/ports/sink.ts";
import { createSharedSink } from "../../../src/relay/shared-sink.ts";

const never = new AbortController().signal;

/** A sink that notes what overlaps. */
function watchedSink(): Sink & { overlaps: number; closes: number; finish: (() => void)[] } {
  let underWay = 0;
  return {
    overlaps: 0,
    closes: 0,
    finish: [],
    batch: { entriesMax: 10, bytesMax: 1_000 },
    connect: () => Promise.resolve(),
    async deliver(): Promise<Delivery> {
      underWay++;
      if (underWay > 1) this.overlaps++;
      await new Promise<void>((resolve) => this.finish.push(resolve));
      underWay--;
      return DELIVERED;
    },
    close() {
      this.closes++;
      return Promise.resolve();
    },
  };
}

describe("a sink shared by the pipelines of one endpoint", () => {
  it("sees one batch at a time", async () => {
    const sink = watchedSink();
    const shared = createSharedSink(sink);
    const [first, second] = [shared.share(), shared.share()];
    const deliveries = [first.deliver([], never), second.deliver([], never)];
    for (const expected of [1, 2]) {
      await expect.poll(() => sink.finish.length).toBe(expected);
      sink.finish.at(-1)?.();
    }
    expect(await Promise.all(deliveries)).toEqual([DELIVERED, DELIVERED]);
    expect(sink.overlaps).toBe(0);
  });

  it("does not try a batch whose pipeline was stopped while it waited", async () => {
    const sink = watchedSink();
    const shared = createSharedSink(sink);
    const stop = new AbortController();
    const first = shared.share().deliver([], never);
    const second = shared.share().deliver([], stop.signal);
    stop.abort();
    await expect.poll(() => sink.finish.length).toBe(1);
    sink.finish[0]?.();
    expect((await first).status).toBe("delivered");
    expect((await second).status).toBe("retry");
    expect(sink.finish).toHaveLength(1);
  });

  it("is closed when the last pipeline lets go, and once", async () => {
    const sink = watchedSink();
    const shared = createSharedSink(sink);
    const [first, second] = [shared.share(), shared.share()];
    await first.close();
    await first.close();
    expect(sink.closes).toBe(0);
    await second.close();
    expect(sink.closes).toBe(1);
  });
});
