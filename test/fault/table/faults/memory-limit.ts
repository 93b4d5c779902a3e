import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import { whyNoEngine } from "../../../support/containers/engine.ts";
import { nodeImage } from "../../../support/containers/node-image.ts";
import { ownLabels } from "../../../support/containers/sweep.ts";
import type { Arrangement, Row, Site } from "../row.ts";
import { allRead } from "./backlog.ts";

const MEMORY_MB = 512;
const LONG_BYTES = 8_000_000;
const LONG_LINES = 4;
const PROJECT = new URL("../../../../", import.meta.url).pathname;
/** In a container half of the memory is for objects, where Node would take nearly all of it. */
const NODE = [`--max-old-space-size=${MEMORY_MB / 2}`];
const execute = promisify(execFile);

export const memoryLimit: Row = {
  name: "memory-limit",
  fault: `a container of ${MEMORY_MB} MB, a backlog and lines of 8 MB`,
  guarantee: "a container's memory limit is not reached by a backlog or by long lines",
  whyNot: async () =>
    process.platform === "linux"
      ? whyNoEngine()
      : "its container shares the network of a Linux host",
  arrange: inContainer,
  run: async (trial) => {
    await trial.destination.behave({ kind: "down" });
    await trial.order({ do: "burst", records: trial.amount({ full: 12_000, quick: 4_000 }) });
    for (let line = 0; line < LONG_LINES; line++) {
      await trial.order({ do: "long", bytes: LONG_BYTES });
      await trial.lasting({ full: 2_000, quick: 300 });
    }
    await trial.rest();
    await allRead(trial);
    await trial.destination.behave({ kind: "take" });
    await trial.write();
    await trial.lasting({ full: 10_000, quick: 1_500 });
    if (!trial.chaperone.isRunning) throw new Error("It was ended within its memory limit");
  },
};

/** The same command in a container that has nothing but a Node and shares folders, addresses and the network with us. */
function inContainer({ folder, launch }: Site): Promise<Arrangement> {
  const name = `chaperone-fault-${process.pid}-${Date.now()}`;
  const labels = Object.entries(ownLabels()).flatMap(([key, value]) => [
    "--label",
    `${key}=${value}`,
  ]);
  const limit = `${MEMORY_MB}m`;
  const options = `run --rm --name ${name} --network host --memory ${limit} --memory-swap ${limit}`;
  const volumes = ["--volume", `${PROJECT}:${PROJECT}:ro`, "--volume", `${folder}:${folder}`];
  const environment = Object.entries(launch.environment ?? {}).flatMap(([key, value]) => [
    "--env",
    `${key}=${value}`,
  ]);
  const args = [
    ...options.split(" "),
    ...environment,
    ...labels,
    ...volumes,
    nodeImage(),
    ...NODE,
    ...launch.args,
  ];
  return Promise.resolve({
    launch: {
      command: "docker",
      args,
      kill9: async () => {
        await execute("docker", ["kill", "--signal", "KILL", name]);
      },
    },
    close: () => {
      execFileSync("docker", ["rm", "--force", name], { stdio: "ignore" });
      return Promise.resolve();
    },
  });
}
