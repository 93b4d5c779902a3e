import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { createCheckpoints } from "../../../src/collect/checkpoints.ts";
import { createKubernetesAuditFile } from "../../../src/collect/kubernetes-audit/file.ts";
import { createTeleportFile } from "../../../src/collect/teleport/file.ts";
import type { Dialect, RecordBatch } from "../../../src/model/record.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { nodeDisk } from "../../../src/platform/disk.ts";
import type { Progress } from "../../../src/ports/collector.ts";
import { temporaryFolder } from "../../support/disk.ts";

it("kubernetesAuditFile reads rotated files before the log, once, over two runs on the real clock and disk", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "audit-2026-11-24T00-00-00.000.log"), '{"n":1}\n');
  await writeFile(join(folder, "audit.log"), '{"n":2}\n');
  await writeFile(join(folder, "audit-2026-11-23T00-00-00.000.log.gz"), Buffer.from([31, 139]));
  const first = await readOnce(folder, createKubernetesAuditFile, "audit*.log*");
  const second = await readOnce(folder, createKubernetesAuditFile, "audit*.log*");
  expect(first.texts).toEqual(['{"n":1}', '{"n":2}']);
  expect(first.last).toMatchObject({ hasEnded: true, isFailing: false, behind: [] });
  expect(second.texts).toEqual([]);
});

it("teleportFile reads the folders of all auth servers, and events.log makes nothing come twice", async () => {
  const folder = await temporaryFolder();
  for (const server of ["auth-1", "auth-2"]) {
    await mkdir(join(folder, server));
    const today = join(folder, server, "2026-11-24.00:00:00.log");
    await writeFile(today, `{"server":"${server}"}\n`);
    await symlink(today, join(folder, server, "events.log"));
  }
  const { texts, last } = await readOnce(folder, createTeleportFile, "**/*.log");
  expect(texts).toEqual(['{"server":"auth-1"}', '{"server":"auth-2"}']);
  expect(last).toMatchObject({ hasEnded: true, isFailing: false });
});

interface Read {
  readonly texts: readonly string[];
  readonly last: Progress | undefined;
}

async function readOnce(
  folder: string,
  create: typeof createTeleportFile,
  pattern: string,
): Promise<Read> {
  const batches: RecordBatch[] = [];
  const progress: Progress[] = [];
  const dialect: Dialect = create === createTeleportFile ? "teleport" : "kubernetes-audit";
  const ignore = (): void => undefined;
  const collector = create({
    source: { name: "source", dialect, cluster: null },
    options: {
      include: [join(folder, pattern)],
      exclude: [],
      start: "oldest",
      pollMs: 250,
      lineBytesMax: 4 * 1024 * 1024,
      filesMax: 100,
    },
    checkpoints: createCheckpoints(nodeDisk, join(folder, "checkpoints")),
    clock: systemClock,
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    stopAtEnd: true,
  });
  const intake = {
    accept: (batch: RecordBatch) => Promise.resolve(void batches.push(batch)),
    gap: () => Promise.resolve(),
    progress: (_: unknown, now: Progress) => void progress.push(now),
  };
  await collector.run(intake, new AbortController().signal);
  expect(await readdir(join(folder, "checkpoints"))).toHaveLength(1);
  const records = batches.flatMap((batch) => batch.records);
  return {
    texts: records.map(({ bytes }) => Buffer.from(bytes).toString()),
    last: progress.at(-1),
  };
}
