import { createFileTail } from "../../../src/collect/file-tail/file-tail.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import type { Log } from "../../../src/ports/log.ts";

/** Reads the files of a folder with `run --once`'s rules but without its end, and prints what came when all of them have come. */
const [folder = ""] = process.argv.slice(2);
const texts: string[] = [];
const faults: string[] = [];
const gaps: string[] = [];
const stop = new AbortController();
const note: Log["info"] = ({ cause }) => {
  if (typeof cause === "string") faults.push(cause);
};
const tail = createFileTail({
  source: { name: "audit", dialect: "kubernetes-audit", cluster: null },
  options: {
    include: [`${folder}/*.log`],
    exclude: [],
    start: "oldest",
    pollMs: 20,
    lineBytesMax: 4_096,
    filesMax: 1_000,
  },
  gzipSuffixes: [".gz"],
  checkpoints: { load: () => Promise.resolve(null), save: () => Promise.resolve() },
  clock: systemClock,
  log: { debug: note, info: note, warn: note, error: note },
  stopAtEnd: false,
  limits: { backoffMsMax: 100 },
});
await tail.run(
  {
    accept: ({ records }) => {
      texts.push(...records.map(({ bytes }) => Buffer.from(bytes).toString()));
      return Promise.resolve();
    },
    gap: ({ cause }) => Promise.resolve(void gaps.push(cause)),
    progress: (_, { behind, isFailing }) => {
      if (texts.length >= 60 && behind.length === 0 && !isFailing) stop.abort();
    },
  },
  stop.signal,
);
console.log(JSON.stringify({ texts, faults, gaps }));
