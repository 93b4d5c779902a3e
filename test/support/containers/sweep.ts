import { hostname } from "node:os";

import { getContainerRuntimeClient } from "testcontainers";

const TEST = "chaperone.test";
const PID = "chaperone.test.pid";
const HOST = "chaperone.test.host";

/** The labels by which a later run recognises a container of this process. */
export function ownLabels(): Record<string, string> {
  return { [TEST]: "true", [PID]: String(process.pid), [HOST]: hostname() };
}

let sweep: Promise<void> | undefined;

/** Removes, once per process, the containers whose test process was killed before it could do so. */
export function sweepOrphans(): Promise<void> {
  sweep ??= removeOrphans();
  return sweep;
}

async function removeOrphans(): Promise<void> {
  const { container } = await getContainerRuntimeClient();
  const found = await container.dockerode.listContainers({
    all: true,
    filters: { label: [TEST, `${HOST}=${hostname()}`] },
  });
  const orphans = found.filter(({ Labels }) => !isAlive(Number(Labels[PID])));
  await Promise.all(
    orphans.map(async ({ Id }) => {
      try {
        await container.getById(Id).remove({ force: true, v: true });
      } catch {
        // Another test process is sweeping the same one.
      }
    }),
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
