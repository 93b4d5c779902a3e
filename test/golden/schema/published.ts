import { globSync, readFileSync } from "node:fs";

const root = new URL("../../../schemas/", import.meta.url).pathname;

/** A schema file as it was published. */
export interface PublishedSchema {
  readonly subject: string;
  readonly version: number;
  readonly text: string;
}

/** Every version of every subject, oldest first. */
export function publishedSchemas(): readonly PublishedSchema[] {
  return globSync("*/v*.avsc", { cwd: root })
    .map((path) => {
      const [subject = "", file = ""] = path.split("/");
      return { subject, version: Number(file.slice(1, -5)), text: readFileSync(`${root}${path}`, "utf8") };
    })
    .toSorted((a, b) => a.subject.localeCompare(b.subject) || a.version - b.version);
}
