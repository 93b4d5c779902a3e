import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FILE_BYTES_MAX, readWhole } from "../../../src/commands/explain-file.ts";
import { temporaryFolder } from "../../support/disk.ts";
import { approvalDocument, snapshotText } from "../../support/grant-sources.ts";
import { chaperone } from "./chaperone.ts";

const CONFIGURATION = `organization: acme
dataDir: ./data
vendors: [{ name: crusoe, roles: [{ name: SUPPORT_ACCESS_ROLE_READONLY }] }]
sources:
  - { name: kube, cluster: prod, kubernetesAuditFile: { include: ["logs/*.log"] } }
  - { name: support, cluster: prod, supportAccessSnapshots: { directory: ./snapshots } }
  - { name: slack, outOfBand: { directory: ./oob } }
`;

describe("chaperone explain of a record that is a whole file", () => {
  it("knows a snapshot by its beginning, and takes its time from its name", async () => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, "chaperone.yaml"), CONFIGURATION);
    writeFileSync(join(folder, "2026-11-22T02-50-42Z.txt"), snapshotText({ requests: [{}] }));
    const { code, out } = await chaperone(["explain", "2026-11-22T02-50-42Z.txt"], { cwd: folder });
    expect(out).toMatch(/^normalizer {2}support-access, as of source "support"$/m);
    expect(out).toMatch(/^ {2}occurredAt +2026-11-22T02:50:42\.000000Z$/m);
    expect(out).toMatch(/^vendor +crusoe$/m);
    expect(out).toMatch(/^verdict +evidence, method none$/m);
    expect(out).toMatch(/C8 +a snapshot only proves/);
    expect(code).toBe(0);
  });

  it("says why a snapshot that is cut off is none, and ends with 1", async () => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, "chaperone.yaml"), CONFIGURATION);
    writeFileSync(
      join(folder, "a.txt"),
      snapshotText({ requests: [{}] }).replace(/.*Credential.*\n/, ""),
    );
    const { code, out } = await chaperone(["explain", "a.txt"], { cwd: folder });
    expect(out).toContain("Cannot read a snapshot of support access: request 1 does not state");
    expect(code).toBe(1);
  });

  it("knows an approval by its members, in a file and from standard input under --source", async () => {
    const folder = await temporaryFolder();
    writeFileSync(join(folder, "chaperone.yaml"), CONFIGURATION);
    const text = JSON.stringify(approvalDocument({ requester: "00u1" }), null, 2);
    writeFileSync(join(folder, "a.json"), text);
    const file = await chaperone(["explain", "a.json"], { cwd: folder });
    const input = await chaperone(["explain", "--source", "slack"], { cwd: folder, input: text });
    for (const { code, out } of [file, input]) {
      expect(out).toMatch(/^normalizer {2}out-of-band, as of source "slack"$/m);
      expect(out).toMatch(/^principal +00u1$/m);
      expect(code).toBe(0);
    }
  });

  it("takes a file of at most 16 MiB", async () => {
    const file = join(await temporaryFolder(), "a.json");
    writeFileSync(file, "");
    truncateSync(file, FILE_BYTES_MAX);
    const sizeOf = async (): Promise<number> => (await readWhole(file)).length;
    expect(await sizeOf()).toBe(FILE_BYTES_MAX);
    truncateSync(file, FILE_BYTES_MAX + 1);
    await expect(sizeOf()).rejects.toMatchObject({ code: "SOURCE_UNREADABLE" });
  });
});
