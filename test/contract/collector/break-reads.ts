import { open } from "node:fs/promises";
import { onTestFinished, vi, type MockInstance } from "vitest";

/** Of every file, as on a disk that fails; until it is restored. */
export async function breakReads(path: string): Promise<MockInstance> {
  const handle = await open(path);
  const files = Object.getPrototypeOf(handle) as typeof handle;
  await handle.close();
  const error = Object.assign(new Error("EIO: i/o error, read"), { code: "EIO" });
  const broken = vi.spyOn(files, "read").mockRejectedValue(error);
  onTestFinished(() => broken.mockRestore());
  return broken;
}
