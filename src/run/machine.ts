import { createCollector } from "../collect/collectors.ts";
import { createSink } from "../forward/sinks.ts";
import type { Outside } from "../pipeline.ts";
import { systemClock } from "../platform/clock.ts";
import { openDatabase } from "../platform/database.ts";
import { nodeDisk } from "../platform/disk.ts";
import { createHttpServers } from "../platform/http/servers.ts";
import { lockFolder } from "../platform/lock.ts";

const servers = createHttpServers({ clock: systemClock });

/** The world that a line meets when it runs: this machine, its file systems, and whatever its network reaches. */
export const machine: Outside = {
  disk: nodeDisk,
  clock: systemClock,
  random: Math.random,
  lockFolder,
  openDatabase,
  createCollector: (configured, deps) => createCollector(configured, { ...deps, servers }),
  createSink,
};
