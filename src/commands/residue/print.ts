import type { ListedLeftover, ListedResidue } from "../../correlate/list-residue.ts";
import { formatTime } from "../../model/time.ts";
import { printable, printLines, printTable } from "../output.ts";
import { adviceFor } from "./kubectl.ts";
import { commandLine } from "./shell.ts";
import type { Sweep } from "./sweep.ts";

/** What is left, for people: a table for each grant, what to do about each object, and how to end the access itself. */
export function printResidue(all: readonly ListedResidue[], sweeps: readonly Sweep[]): void {
  if (all.length === 0) printLines(["Nothing is left, as far as the audit trail tells."]);
  for (const each of all) printOfGrant(each);
  for (const { vendor, steps } of sweeps) {
    printLines([
      "",
      printable(`What no audit trail tells of ${vendor}, and the end of its access:`),
    ]);
    for (const { title, commands } of steps)
      printLines([`  ${title}`, ...commands.map((words) => `    ${commandLine(words)}`)]);
  }
  printLines(["", "Chaperone itself removes nothing. Look at each object before you do."]);
}

function printOfGrant(residue: ListedResidue): void {
  const { leftovers, madeAfter, unknown, cluster, endedAt } = residue;
  printLines(["", printable(titleOf(residue))]);
  printLeft(leftovers, endedAt === null ? "left" : "left at its end");
  if (madeAfter.length > 0) printLines(["  Made after its end, without a grant:"]);
  printLeft(madeAfter, "left");
  if (unknown.length === 0) return;
  printLines(["  Changed, but the audit policy did not log how:"]);
  for (const { object, at } of unknown) {
    const { apiGroup, resource, namespace, name } = object;
    const type = apiGroup === "" ? resource : `${resource}.${apiGroup}`;
    const where = [namespace, name].filter((part) => part !== "").join("/");
    printLines([printable(`    ${formatTime(at)}  ${type} ${where}, on ${cluster}`)]);
  }
}

function titleOf({ grant, cluster, endedAt }: ListedResidue): string {
  if (grant === null) return `Without a grant, on ${cluster}`;
  const end = endedAt === null ? "which is open" : `which ended at ${formatTime(endedAt)}`;
  return `Grant ${grant.id} of ${grant.principal}, ${end}, on ${cluster}`;
}

function printLeft(all: readonly ListedLeftover[], title: string): void {
  if (all.length === 0) return;
  printTable(
    [title, "object", "since", "now"],
    all.map((left) => [
      left.kind,
      nameOf(left),
      formatTime(left.since),
      left.isThere ? "there" : "gone",
    ]),
  );
  for (const left of all) printAdvice(left);
}

function printAdvice(left: ListedLeftover): void {
  const { remove, verify, note } = adviceFor(left);
  printLines([
    printable(`  ${left.kind} ${nameOf(left)}`),
    ...left.changes.map(({ path, value }) =>
      printable(`    changed  ${pathText(path)}${valueText(value)}`),
    ),
    ...left.children.map((child) => printable(`    with it  ${child.kind} ${nameOf(child)}`)),
    ...(left.isThere && remove !== null ? [`    remove   ${commandLine(remove)}`] : []),
    `    verify   ${commandLine(verify)}`,
    ...(note === null || !left.isThere ? [] : [`    note     ${note}`]),
  ]);
}

function pathText(path: string): string {
  const text = path.replaceAll("~2", "[").replaceAll("~1", "/").replaceAll("~0", "~");
  return text === "" ? "all of it, or more than can be followed" : text;
}

/** What may be a secret is kept as a digest, which says nothing to a reader. */
function valueText(value: string | null): string {
  if (value === null) return ", taken away";
  return value.startsWith("=") ? ` = ${value.slice(1)}` : "";
}

function nameOf({ object, container }: Pick<ListedLeftover, "object" | "container">): string {
  const parts = [object.namespace, object.name, container ?? ""];
  return parts.filter((part) => part !== "").join("/");
}
