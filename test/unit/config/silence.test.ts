import { describe, expect, it } from "vitest";
import { LEAST, linesOf, load } from "./configuration-file.ts";

describe("the configuration of silence", () => {
  it("takes a heartbeat's interval, or off, and names of sources", () => {
    const { policy, sources } = load(
      `${LEAST}\nsilence: { after: PT1H, speaking: [${nameOfFirst()}], heartbeat: PT5M }\n`,
    );
    expect(policy.silence).toEqual({
      afterMs: 3_600_000,
      speaking: [sources[0]?.name],
      heartbeatMs: 300_000,
    });
    expect(load(`${LEAST}\nsilence: { heartbeat: off }\n`).policy.silence.heartbeatMs).toBeNull();
  });

  it.each([
    ["{ heartbeat: often }", "silence.heartbeat must be off, or an ISO 8601 duration such as PT5M"],
    ["{ heartbeat: PT1S }", "silence.heartbeat must be"],
    ["{ after: PT0S }", "silence.after must be from 1 to 2592000 seconds"],
    ["{ speaking: [nobody] }", "silence.speaking[0] must name an existing source"],
  ])("%s is a problem", (silence, message) => {
    expect(linesOf(`${LEAST}\nsilence: ${silence}\n`)).toEqual([expect.stringContaining(message)]);
  });
});

function nameOfFirst(): string {
  return load(LEAST).sources[0]?.name ?? "";
}
