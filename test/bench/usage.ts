import { writeFileSync } from "node:fs";

/**
 * Preloaded into a measured process (`node --import`): writes what the process used, start-up included, to the file named by
 * BENCH_USAGE when it exits. CPU is user and system time of all threads.
 */
const path = process.env["BENCH_USAGE"];
if (path !== undefined)
  process.on("exit", () => {
    const { user, system } = process.cpuUsage();
    const peakRssMb = process.resourceUsage().maxRSS / 1024;
    writeFileSync(path, JSON.stringify({ cpuSeconds: (user + system) / 1e6, peakRssMb }));
  });
