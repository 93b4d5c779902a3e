import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Grant } from "../../../../src/model/generated/grant.ts";
import { isPerhapsOpenAt, type TimedGrant } from "../../../../src/correlate/grants/derive.ts";
import { createShelf } from "../../../../src/correlate/grants/shelf.ts";

interface Story {
  readonly id: number;
  readonly asked: number;
  readonly opens: number | null;
  readonly ends: number | null;
}

function timed({ id, asked, opens, ends }: Story): TimedGrant {
  const transitions: TimedGrant["transitions"] = [
    { at: asked, becomes: "before-approval" },
    ...(opens === null ? [] : [{ at: asked + opens, becomes: "open" as const }]),
    ...(opens === null || ends === null
      ? []
      : [{ at: asked + opens + ends, becomes: "after-expiry" as const }]),
  ];
  return { grant: { id: `g${id}` } as Grant, transitions };
}

const story: fc.Arbitrary<Story> = fc.record({
  id: fc.nat(30),
  asked: fc.nat(100),
  opens: fc.option(fc.nat(20)),
  ends: fc.option(fc.nat(50)),
});

describe("the grants of one person", () => {
  it("are found at any time as if all of them were looked at, whatever was put in, changed and taken out", () => {
    fc.assert(
      fc.property(fc.array(story), fc.array(fc.nat(30)), fc.nat(200), (stories, gone, at) => {
        const shelf = createShelf();
        const all = new Map<string, TimedGrant>();
        for (const [index, one] of stories.entries()) {
          shelf.put(timed(one));
          all.set(`g${one.id}`, timed(one));
          shelf.at(index);
        }
        for (const id of gone) {
          shelf.remove(`g${id}`);
          all.delete(`g${id}`);
        }
        const asked = [...all.values()].filter(
          ({ transitions }) => (transitions[0]?.at ?? 0) <= at,
        );
        expect(new Set(shelf.at(at))).toEqual(new Set(asked));
        expect(shelf.size).toBe(all.size);
      }),
    );
  });

  it.each([199, 200, 201])(
    "with %i that are over: the latest 200, and what is open however old it is",
    (count) => {
      const shelf = createShelf();
      shelf.put(timed({ id: 1_000, asked: 0, opens: 1, ends: null }));
      for (let id = 0; id < count; id++)
        shelf.put(timed({ id, asked: 10 + id, opens: 1, ends: 1 }));
      const found = shelf.at(10_000);
      expect(found.filter((one) => isPerhapsOpenAt(one, 10_000))).toHaveLength(1);
      expect(found).toHaveLength(Math.min(count, 200) + 1);
      expect(found.at(-1)?.grant.id).toBe(`g${count - 1}`);
    },
  );
});
