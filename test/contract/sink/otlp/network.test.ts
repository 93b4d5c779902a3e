import { describe, expect, it, onTestFinished } from "vitest";
import { createTcpProxy, type TcpFault, type TcpProxy } from "../../../support/tcp-proxy/proxy.ts";
import {
  ALL_ONCE,
  answersWith,
  deliverOnce,
  IDS,
  settle,
  SHORT_TIMEOUT_MS,
  startRun,
  waitOut,
  type FaultyDestination,
} from "./account.ts";

/** A destination that is well behind a network that is not. */
async function behind(fault: TcpFault): Promise<FaultyDestination & { readonly proxy: TcpProxy }> {
  const destination = await answersWith(() => null);
  const proxy = await createTcpProxy({ port: Number(new URL(destination.url).port) });
  onTestFinished(() => proxy.close());
  proxy.meet(fault);
  return {
    proxy,
    url: `http://${proxy.address}`,
    taken: destination.taken,
    met: destination.met,
    mend: () => proxy.mend(),
  };
}

type Row = readonly [name: string, fault: TcpFault];

/** Whoever sends cannot know of these that nothing arrived; nothing did. */
const UNTAKEN: readonly Row[] = [
  ["refuses every connection", { kind: "refused" }],
  ...([0, 1, 100, 2_000] as const).flatMap((afterBytes): readonly Row[] =>
    (["reset", "end"] as const).map((by): Row => [
      `cuts a request after ${afterBytes} bytes (${by})`,
      { kind: "cut", direction: "toServer", afterBytes, by },
    ]),
  ),
  ["forgets the server's end of its connections", { kind: "halfOpen" }],
];

/** The request arrived; its answer did not, or not whole. */
const TAKEN: readonly Row[] = [
  ["loses every answer and resets", { kind: "answersLost", ending: "reset" }],
  ["loses every answer and says nothing", { kind: "answersLost", ending: "silence" }],
  ...([0, 1, 30] as const).flatMap((afterBytes): readonly Row[] =>
    (["reset", "end"] as const).map((by): Row => [
      `cuts an answer after ${afterBytes} bytes (${by})`,
      { kind: "cut", direction: "toClient", afterBytes, by },
    ]),
  ),
  // What was sent into it arrives when it is over, after its sender gave up.
  ["is a black hole for a while", { kind: "blackHole" }],
];

function timeoutOf({ kind, ...fault }: TcpFault): { readonly timeoutMs?: number } {
  const isSilent =
    kind === "halfOpen" ||
    kind === "blackHole" ||
    ("ending" in fault && fault.ending === "silence");
  return isSilent ? { timeoutMs: SHORT_TIMEOUT_MS } : {};
}

describe("a network before an OTLP endpoint that", () => {
  it.each(UNTAKEN)("%s: all waits, and then comes", async (_, fault) => {
    const destination = await behind(fault);
    const options = timeoutOf(fault);
    expect(await deliverOnce({ endpoint: destination.url, ...options })).toMatchObject({
      status: "retry",
    });
    expect(destination.taken).toEqual([]);
    const account = await waitOut(destination, "ENDPOINT_UNREACHABLE", options);
    expect({ ...account, copies: 0 }).toEqual(ALL_ONCE);
    if (options.timeoutMs === undefined) expect(account.copies).toBe(0);
  });

  it.each(TAKEN)("%s: all comes, copies under the same ids", async (_, fault) => {
    const destination = await behind(fault);
    const options = timeoutOf(fault);
    expect(await deliverOnce({ endpoint: destination.url, ...options })).toMatchObject({
      status: "retry",
    });
    const account = await waitOut(destination, "ENDPOINT_UNREACHABLE", options);
    expect({ ...account, copies: 0 }).toEqual(ALL_ONCE);
    expect(account.copies % IDS.length).toBe(0);
    if (fault.kind !== "blackHole") expect(account.copies).toBeGreaterThan(IDS.length);
  });

  it.each<Row>([
    ["is slow to answer", { kind: "latency", waitMs: 100 }],
    ["is narrow", { kind: "bandwidth", bytesPerSecondMax: 50_000 }],
  ])("%s costs time and nothing else", async (_, fault) => {
    expect(await settle(await behind(fault))).toEqual(ALL_ONCE);
  });

  it("is too narrow for a batch in the time that an answer has is sent smaller ones until they pass", async () => {
    // Six events take more than a second, one of them about two tenths.
    const destination = await behind({ kind: "bandwidth", bytesPerSecondMax: 8_000 });
    const run = await startRun(
      { endpoint: destination.url, timeoutMs: 600 },
      { retriesWholeMax: 1 },
    );
    await run.settled();
    expect(run.counts()).toMatchObject({ delivered: IDS.length, quarantined: 0, waiting: 0 });
    expect(new Set(destination.taken)).toEqual(new Set(IDS));
  });

  it("resets an idle connection: the next request goes over another one", async () => {
    const destination = await behind({ kind: "latency", waitMs: 1 });
    expect(await settle(destination)).toEqual(ALL_ONCE);
    destination.proxy.reset();
    expect(await deliverOnce({ endpoint: destination.url })).toEqual({ status: "delivered" });
  });
});
