import { defineConfig } from "vitest/config";

/**
 * `fast` needs nothing but Node and runs in the developer's gate. `slow` needs a container engine, a broker and a collector,
 * or kills real processes; `simulation` needs both processors for a minute. `npm test` prepares all of that and runs everything.
 */
const config: ReturnType<typeof defineConfig> = defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A busy machine is no failure: what is waited for has nearly all the time of its test.
    expect: { poll: { timeout: 15_000 } },
    pool: "forks",
    maxWorkers: 2,
    projects: [
      {
        extends: true,
        test: {
          name: "fast",
          root: import.meta.dirname,
          include: [
            "{unit,golden,contract,model,tidy,chapters}/**/*.test.ts",
            "simulation/*.test.ts",
          ],
        },
      },
      {
        extends: true,
        test: {
          name: "simulation",
          root: import.meta.dirname,
          include: ["simulation/many/*.test.ts"],
          testTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: "slow",
          root: import.meta.dirname,
          include: ["{container,fault,truth}/**/*.test.ts"],
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
