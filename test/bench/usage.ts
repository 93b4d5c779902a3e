import { writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import zlib from "node:zlib";

/** What a process used, its start-up included. */
export interface Usage {
  /** User and system time of all threads. */
  readonly cpuSeconds: number;
  readonly peakRssMb: number;
  /** Blocks of the journal that were read back from the disk: a pipeline that keeps up needs none. */
  readonly blocksReadBack: number;
}

/** Preloaded into a measured process (`node --import`): writes its usage to the file named by BENCH_USAGE when it exits. */
const path = process.env["BENCH_USAGE"];
if (path !== undefined) {
  let blocksReadBack = 0;
  const { zstdDecompress } = zlib;
  zlib.zstdDecompress = ((...given: Parameters<typeof zstdDecompress>) => {
    blocksReadBack++;
    zstdDecompress(...given);
  }) as typeof zstdDecompress;
  syncBuiltinESMExports();
  process.on("exit", () => {
    const { user, system } = process.cpuUsage();
    const peakRssMb = process.resourceUsage().maxRSS / 1024;
    const usage: Usage = { cpuSeconds: (user + system) / 1e6, peakRssMb, blocksReadBack };
    writeFileSync(path, JSON.stringify(usage));
  });
}
