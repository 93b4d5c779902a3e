import { expect, it } from "vitest";
import { normalize, TELEPORT_SOURCE } from "../records.ts";

function contentOf(number: string): string | null {
  const line = `{"event":"exec","uid":"u-1","time":"2026-11-22T06:05:59.92Z","load":${number}}`;
  const { facts } = normalize(line, TELEPORT_SOURCE);
  return facts?.dialect === "teleport" ? facts.contentDigest : null;
}

it.each(["", "-"])(
  "a number counts with six digits behind the point up to 0x4ffffff, as the log's file has it, and with all of them above (%s)",
  (sign) => {
    const [atLimit, same] = [contentOf(`${sign}83886079`), contentOf(`${sign}83886078.99999997`)];
    expect([atLimit === null, same === atLimit]).toEqual([false, true]);
    expect(contentOf(`${sign}83886078.9999`)).not.toBe(atLimit);
    expect(contentOf(`${sign}83886079.00000003`)).not.toBe(atLimit);
  },
);
