import { defineConfig } from "vitest/config";

/**
 * `fast` needs nothing but Node and runs in the developer's gate: its files share two processes, so that each must leave the process as
 * it found it. `fast-alone` is the rest of the gate, with a process for each file. `simulation` needs both processors for some
 * minutes. `slow` needs a container engine, a broker and a collector, or kills real processes and measures them: one file at a time.
 * `npm test` prepares all of that and runs everything.
 */
/** Need nothing but Node either, and more time than the gate has: a crash at every call, whole processes, load. */
const THOROUGH = [
  "unit/**/crash.test.ts",
  "unit/correlate/order/{order,rules}.test.ts",
  "unit/correlate/hold/hold.test.ts",
  "unit/correlate/ledger/{fold,full,intervals}.test.ts",
  "unit/correlate/findings/further.test.ts",
  "unit/correlate/dossier/fold.test.ts",
  "unit/{correlate,normalize}/mutation.test.ts",
  "unit/forward/{kafka,otlp}/sink.test.ts",
  "unit/journal/{recovery,power-lost-twice}.test.ts",
  "unit/avro/full-then-power-lost.test.ts",
  "unit/forward/otlp/protobuf.test.ts",
  "unit/correlate/attribute/polled.test.ts",
  "unit/correlate/residue/order.test.ts",
  "unit/correlate/grants/support-access-order.test.ts",
  "contract/documents/command.test.ts",
  "contract/sink/{kafka,file,otlp,otlp/network,otlp/connections,otlp/answers}.test.ts",
  "unit/commands/{command-line,residue,play,policy-lint,explain-file}.test.ts",
  "unit/commands/dossier/command.test.ts",
  "contract/file-tail/{load,compression-damage}.test.ts",
  "contract/http-source/{completeness,pressure,body-size}.test.ts",
];

/** Start the program again and again, and measure nothing: two files of them at a time are done in half of the time. */
const PROCESSES = [
  "fault/{archive,command-line,command-line-signals,doctor,identities,redrive,run-once}.test.ts",
  "truth/**/*.test.ts",
];

/** They put something else in the place of Node's compression, or of a package, for good. */
const ALONE = ["simulation/*.test.ts", "unit/{operate/health-limits,forward/kafka/limits}.test.ts"];

const config: ReturnType<typeof defineConfig> = defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A busy machine is no failure: what is waited for has nearly all the time of its test.
    expect: { poll: { timeout: 15_000 } },
    pool: "forks",
    maxWorkers: 2,
    setupFiles: [setup("properties")],
    projects: [
      {
        extends: true,
        test: {
          name: "fast",
          root: import.meta.dirname,
          include: ["{unit,golden,contract,model,tidy,chapters}/**/*.test.ts"],
          exclude: [...THOROUGH, ...ALONE],
          isolate: false,
          setupFiles: [setup("nothing-left")],
        },
      },
      {
        extends: true,
        test: { name: "fast-alone", root: import.meta.dirname, include: ALONE },
      },
      {
        extends: true,
        test: {
          name: "simulation",
          root: import.meta.dirname,
          include: ["simulation/many/*.test.ts", ...THOROUGH, ...PROCESSES],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: "slow",
          root: import.meta.dirname,
          include: ["{container,fault}/**/*.test.ts"],
          exclude: PROCESSES,
          testTimeout: 300_000,
          hookTimeout: 300_000,
          fileParallelism: false,
          maxConcurrency: 2,
        },
      },
    ],
  },
});
export default config;

function setup(name: string): string {
  return new URL(`support/setup/${name}.ts`, import.meta.url).pathname;
}
