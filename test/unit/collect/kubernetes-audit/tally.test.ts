import { expect, it } from "vitest";
import { createTally } from "../../../../src/collect/kubernetes-audit/completeness/tally.ts";

it("a body that is sent again counts once while no more than 19,999 others came since, and anew after 20,000", () => {
  let counted = 0;
  const tally = createTally(
    (_, count) => (counted += count),
    () => 0,
  );
  const send = (body: string): void => {
    const cutter = tally.watch({
      push: (bytes) => [{ bytes, offset: 0 }],
      end: () => [],
      cutTo: 0,
    });
    cutter.push(Buffer.from(body));
    cutter.end();
    cutter.taken?.();
  };
  send("first");
  for (let n = 1; n < 20_000; n++) send(`other ${n}`);
  send("first");
  expect(counted).toBe(20_000);
  send("one more");
  send("other 1");
  expect(counted).toBe(20_001);
  send("first");
  expect(counted).toBe(20_002);
});
