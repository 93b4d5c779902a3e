import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { messageOf, type OutgoingMessage } from "../../../../src/forward/kafka/message.ts";
import { partitionOf, requestsByPartition } from "../../../../src/forward/kafka/partitions.ts";
import { NOT_VENDOR } from "../../../../src/model/verdict.ts";
import { anEntry, someEntries } from "../../../support/entries.ts";

const OPTIONS = { encoding: "json", key: "none" } as const;

function messages(count: number): readonly OutgoingMessage[] {
  return someEntries(count).map((entry) => messageOf(entry, OPTIONS, 0));
}

function ofSize(id: string, sizeBytes: number): OutgoingMessage {
  return { ...messageOf(anEntry({ id }), OPTIONS, 0), sizeBytes };
}

function idsOf(requests: readonly (readonly OutgoingMessage[])[]): readonly (readonly string[])[] {
  return requests.map((request) => request.map(({ entry }) => entry.id));
}

describe("the partition of a message", () => {
  it("is the same whenever the event comes again, and in another batch", () => {
    const once = messages(50).map((message) => partitionOf(message, 7));
    const again = messages(50)
      .toReversed()
      .map((message) => partitionOf(message, 7));
    expect(again.toReversed()).toEqual(once);
  });

  it("is spread over all partitions where there is no key", () => {
    const counts = Array.from({ length: 8 }, () => 0);
    for (const message of messages(4_000)) {
      const partition = partitionOf(message, 8);
      counts[partition] = (counts[partition] ?? 0) + 1;
    }
    // 500 each, were it even.
    for (const count of counts) expect(Math.abs(count - 500)).toBeLessThan(120);
  });

  it("is one for all events of a grant, and depends on nothing but the key", () => {
    const verdict = { ...NOT_VENDOR, grants: ["g-1"] };
    const partitions = Array.from({ length: 20 }, () =>
      partitionOf(messageOf(anEntry({ verdict }), { encoding: "json", key: "grantId" }, 0), 12),
    );
    expect(new Set(partitions).size).toBe(1);
  });

  it("is the only one of a topic with one", () => {
    expect(new Set(messages(20).map((message) => partitionOf(message, 1)))).toEqual(new Set([0]));
  });
});

describe("the requests of a batch", () => {
  it.each([
    ["at", 300, [["a", "b", "c"]]],
    ["below", 301, [["a", "b", "c"]]],
    ["above", 299, [["a", "b"], ["c"]]],
  ])("are split %s the limit of a request as expected", (_, requestBytesMax, expected) => {
    const three = ["a", "b", "c"].map((id) => ofSize(id, 100));
    const requests = requestsByPartition(three, { partitionCount: 1, requestBytesMax });
    expect(idsOf(requests.get(0) ?? [])).toEqual(expected);
  });

  it("hold one message alone that is larger than the limit of a request", () => {
    const sizes = [ofSize("a", 10), ofSize("b", 1_000), ofSize("c", 10)];
    const requests = requestsByPartition(sizes, { partitionCount: 1, requestBytesMax: 100 });
    expect(idsOf(requests.get(0) ?? [])).toEqual([["a"], ["b"], ["c"]]);
  });

  it("hold every message once, in the batch's order within each partition, and none is empty", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 1_000 }),
        (sizes, partitionCount, requestBytesMax) => {
          const batch = sizes.map((size, n) => ofSize(`e-${n}`, size));
          const requests = requestsByPartition(batch, { partitionCount, requestBytesMax });
          for (const [partition, inOrder] of requests) {
            const expected = batch.filter(
              (message) => partitionOf(message, partitionCount) === partition,
            );
            expect(inOrder.flat()).toEqual(expected);
            for (const request of inOrder) {
              const total = request.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
              expect(request.length === 1 || total <= requestBytesMax).toBe(true);
              expect(request.length).toBeGreaterThan(0);
            }
          }
          const all = [...requests.values()].flat(2).length;
          expect(all).toBe(batch.length);
        },
      ),
    );
  });
});
