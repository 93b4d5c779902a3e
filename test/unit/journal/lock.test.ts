import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lockFolder } from "../../../src/platform/lock.ts";
import { temporaryFolder } from "../../support/disk.ts";

const module = new URL("../../../src/platform/lock.ts", import.meta.url).href;
const program = `
  const { lockFolder } = await import(${JSON.stringify(module)});
  lockFolder(process.argv[1]);
  console.log("locked");
  setInterval(() => undefined, 1_000);
`;

/** A process of its own that has the lock. */
async function holder(folder: string) {
  const child = spawn(process.execPath, ["--input-type=module", "-e", program, folder]);
  await once(child.stdout, "data");
  return child;
}

test("a data directory that another process uses is refused, with that process's number", async () => {
  const folder = await temporaryFolder();
  const child = await holder(folder);
  try {
    expect(() => lockFolder(folder)).toThrow(
      expect.objectContaining({
        code: "DATA_DIR_LOCKED",
        message: expect.stringContaining(`process ${child.pid}`) as string,
      }),
    );
  } finally {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});

test("a process that was killed leaves no lock", async () => {
  const folder = await temporaryFolder();
  const child = await holder(folder);
  child.kill("SIGKILL");
  await once(child, "exit");
  lockFolder(folder).release();
});

test("a number of a living process beside a lock that nobody holds does not keep the directory locked", async () => {
  const folder = await temporaryFolder();
  const child = await holder(folder);
  child.kill("SIGKILL");
  await once(child, "exit");
  await writeFile(join(folder, "chaperone.pid"), `${process.ppid}\n`);
  lockFolder(folder).release();
});

test("the same process cannot take a lock twice, and can again after release", async () => {
  const folder = await temporaryFolder();
  const lock = lockFolder(folder);
  expect(() => lockFolder(folder)).toThrow(expect.objectContaining({ code: "DATA_DIR_LOCKED" }));
  lock.release();
  lock.release();
  lockFolder(folder).release();
});
