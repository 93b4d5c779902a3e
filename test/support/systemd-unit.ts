import { readFileSync } from "node:fs";

const UNIT = new URL("../../deploy/systemd/chaperone.service", import.meta.url);

/** What deploy/systemd sets for the process that it starts, but where to look for programs: NODE_OPTIONS, and what glibc reads. */
export const unitEnvironment: Readonly<Record<string, string>> = Object.fromEntries(
  [...readFileSync(UNIT, "utf8").matchAll(/^Environment=(.+)$/gm)]
    .flatMap(([, assignments = ""]) => assignments.split(" "))
    .map((assignment) => {
      const [, name = "", value = ""] = /^(\w+)=(.*)$/.exec(assignment) ?? [];
      return [name, value] as const;
    })
    .filter(([name]) => name !== "PATH"),
);
