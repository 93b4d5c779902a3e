import { textOf, wholeNumberOf } from "../fields.ts";
import { commandOutcome } from "./command.ts";
import { targetOf, usualOutcome, type Family, type TeleportEvent } from "./meaning.ts";

/**
 * Classes of `action` of sftp, which counts the requests of the SFTP protocol from 1, open. What only looks up a name or a state is
 * a read.
 */
const CLASS_BY_ACTION = new Map<number, string>([
  [4, "write"], // write
  [7, "write"], // setstat
  [8, "write"], // fsetstat
  [11, "delete"], // remove
  [12, "write"], // mkdir
  [13, "delete"], // rmdir
  [16, "write"], // rename
  [18, "write"], // symlink
  [19, "write"], // link
]);
const OPEN = 1;
/** `flags` of an open, as in the SFTP protocol: write, append, create, truncate. */
const WRITING_FLAGS = 0x02 | 0x04 | 0x08 | 0x10;

export const sftp: Family = (event) => ({
  class: sftpClass(event),
  target: fileTarget(event),
  outcome: usualOutcome(event),
});

/** What scp names an upload or a download, as seen from the person. */
export const scp: Family = (event) => ({
  class: event.fields["action"] === "upload" ? "write" : "read",
  target: fileTarget(event),
  outcome: commandOutcome(event),
});

/** Bytes of files that went through one connection. */
export const sftpSummary: Family = (event) => ({
  class: "observe",
  target: fileTarget(event),
  outcome: usualOutcome(event),
});

function sftpClass({ fields }: TeleportEvent): string {
  const action = wholeNumberOf(fields["action"]);
  if (action === null) return "other";
  if (action === OPEN)
    return ((wholeNumberOf(fields["flags"]) ?? 0) & WRITING_FLAGS) === 0 ? "read" : "write";
  return CLASS_BY_ACTION.get(action) ?? "read";
}

function fileTarget({ fields, facts }: TeleportEvent): ReturnType<typeof targetOf> {
  return targetOf("file", textOf(fields["path"]), facts.serverName);
}
