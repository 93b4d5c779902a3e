import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { linesOf, load, LEAST } from "./configuration-file.ts";

describe("the configuration of sources of grants", () => {
  it("makes the paths of sources of grants absolute, and leaves a program without a slash to PATH", () => {
    const { sources, file } = load(`${LEAST}
  - { name: a, cluster: c, supportAccessSnapshots: { directory: snapshots } }
  - { name: b, cluster: c, supportAccessSnapshots: { command: [bin/support, get], interval: PT1M, timeout: PT5S } }
  - { name: c, cluster: c, supportAccessSnapshots: { command: [crusoe] } }
  - { name: d, outOfBand: { directory: oob, evidenceBytesMax: 1MiB } }
`);
    const folder = dirname(file);
    const common = { pollMs: 5_000, quietForMs: 2_000, filesMax: 100_000, fileBytesMax: 1_048_576 };
    const run = { from: "command", outputBytesMax: 1_048_576 };
    expect(sources.slice(-4).map(({ options }) => options)).toEqual([
      {
        kind: "supportAccessSnapshots",
        from: "directory",
        directory: join(folder, "snapshots"),
        ...common,
      },
      {
        kind: "supportAccessSnapshots",
        ...run,
        command: [join(folder, "bin/support"), "get"],
        intervalMs: 60_000,
        timeoutMs: 5_000,
      },
      {
        kind: "supportAccessSnapshots",
        ...run,
        command: ["crusoe"],
        intervalMs: 30_000,
        timeoutMs: 20_000,
      },
      {
        kind: "outOfBand",
        directory: join(folder, "oob"),
        ...common,
        evidenceBytesMax: 1_048_576,
      },
    ]);
  });

  it.each<readonly [string, string, readonly unknown[]]>([
    [
      "snapshots that come from nowhere",
      "{ name: a, cluster: c, supportAccessSnapshots: { quietFor: PT1S } }",
      [
        "sources[0].supportAccessSnapshots must have exactly one origin of snapshots: directory, command [a mapping]",
      ],
    ],
    [
      "snapshots of a command and a folder",
      "{ name: a, cluster: c, supportAccessSnapshots: { directory: a, command: [b], interval: PT1M } }",
      [expect.stringContaining("must have exactly one origin of snapshots") as string],
    ],
    [
      "a command of nothing",
      "{ name: a, cluster: c, supportAccessSnapshots: { command: [] } }",
      [expect.stringContaining("command must name a program") as string],
    ],
    [
      "options of a folder beside a command",
      "{ name: a, cluster: c, supportAccessSnapshots: { command: [b], quietFor: PT1S, filesMax: 1 } }",
      [
        "sources[0].supportAccessSnapshots.quietFor has no effect on snapshots of a command",
        "sources[0].supportAccessSnapshots.filesMax has no effect on snapshots of a command",
      ],
    ],
    [
      "options of a command beside a folder",
      "{ name: a, cluster: c, supportAccessSnapshots: { directory: b, timeout: PT1S } }",
      ["sources[0].supportAccessSnapshots.timeout has no effect on snapshots of a folder"],
    ],
    [
      "snapshots of no cluster",
      "{ name: a, supportAccessSnapshots: { directory: b } }",
      [expect.stringContaining("sources[0].cluster is missing") as string],
    ],
  ])("refuses %s", (_, source, lines) => {
    expect(linesOf(withSource(source))).toEqual(lines);
  });
});

/** A configuration with this source alone. */
function withSource(source: string): string {
  return `organization: acme\ndataDir: data\nsources:\n  - ${source}\n`;
}
