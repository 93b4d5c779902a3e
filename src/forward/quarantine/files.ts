import { join } from "node:path";
import { systemCode } from "../../model/error.ts";
import type { Disk } from "../../ports/disk.ts";

/** The quarantines of an organization stand in one folder, each in a folder of its own with files `000001.avro`, `000002.avro`, … */
const FILE = /^(\d{6,})\.avro$/;

export interface QuarantineFile {
  readonly number: number;
  readonly path: string;
}

/** Folder of one pipeline's quarantine, in the folder of all of them. */
export function pipelineFolder(folder: string, pipeline: string): string {
  return join(folder, encodeURIComponent(pipeline));
}

/** Slugs of the pipelines that have a quarantine. What else stands in the folder is passed over. */
export async function quarantinedPipelines(disk: Disk, folder: string): Promise<readonly string[]> {
  return (await namesIn(disk, folder)).map(pipelineOf).filter((pipeline) => pipeline !== null);
}

/** Null for a name that no pipeline's folder has. */
function pipelineOf(name: string): string | null {
  try {
    const pipeline = decodeURIComponent(name);
    return encodeURIComponent(pipeline) === name ? pipeline : null;
  } catch {
    return null;
  }
}

/** Files of one pipeline's quarantine, oldest first. */
export async function quarantineFiles(
  disk: Disk,
  folder: string,
): Promise<readonly QuarantineFile[]> {
  return (await namesIn(disk, folder))
    .map((name) => FILE.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map((digits) => quarantineFile(folder, Number(digits)))
    .toSorted((a, b) => a.number - b.number);
}

export function quarantineFile(folder: string, number: number): QuarantineFile {
  return { number, path: join(folder, `${String(number).padStart(6, "0")}.avro`) };
}

/** Names in a folder; none where there is no such folder. */
export async function namesIn(disk: Disk, folder: string): Promise<readonly string[]> {
  try {
    return await disk.list(folder);
  } catch (error) {
    const code = systemCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}
