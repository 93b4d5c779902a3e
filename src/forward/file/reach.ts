import { access, constants } from "node:fs/promises";
import { dirname } from "node:path";
import { DELIVERED } from "../../model/delivery.ts";
import { systemCode } from "../../model/error.ts";
import type { Reach } from "../reach.ts";
import { classifyError } from "./classify-error.ts";
import { checkPath } from "./target.ts";

/** Looks whether the file, or the first folder above it that is there, may be written to; opens nothing. */
export const reachFile: Reach<"file"> = async ({ spec }, { disk }) => {
  const answer = { date: null, messageBytesMax: null };
  try {
    await checkPath(disk, spec.path);
    await mayWrite(spec.path);
    return { ...answer, outcome: DELIVERED };
  } catch (error) {
    return { ...answer, outcome: classifyError(`Cannot write to file "${spec.path}"`, error) };
  }
};

async function mayWrite(path: string): Promise<void> {
  try {
    await access(path, constants.W_OK);
  } catch (error) {
    const above = dirname(path);
    if (systemCode(error) !== "ENOENT" || above === path) throw error;
    await mayWrite(above);
  }
}
