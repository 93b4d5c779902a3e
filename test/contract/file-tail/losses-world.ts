import { appendFile, readdir, rename, stat, truncate, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

/** What can happen between two looks; nobody waits until something was read. */
export type Step =
  | { readonly kind: "write" | "rewrite"; readonly lines: number }
  | { readonly kind: (typeof KINDS)[number] };

export const KINDS = [
  "rotate",
  "deleteOldest",
  "deleteCurrent",
  "truncate",
  "moveOut",
  "moveBack",
  "compressOther",
  "poll",
  "pause",
  "resume",
  "reject",
  "restart",
  "crash",
] as const;
/** What one file held from one truncation, or its creation, to the next. */
export interface Content {
  readonly inode: string;
  readonly lines: string[];
  sizeBytes: number;
  /** As far as a look has seen it. */
  seenBytes: number;
  /** The process was killed before the loss of what was there before could be declared: one gap has both. */
  isWithBefore: boolean;
  isWithNext: boolean;
  /** It was out of the patterns once: its loss may have been declared before it was back. */
  wasAway: boolean;
}

export interface World {
  readonly contents: readonly Content[];
  /** What is there, and can still be read. */
  remaining(): Promise<ReadonlySet<Content>>;
  take(step: Step): Promise<void>;
  /** A look has been taken at every file that is there. */
  looked(): Promise<void>;
  /** Whatever was to be declared is declared. */
  settled(): void;
  killed(): void;
}

export function createWorld(folder: string): World {
  const path = join(folder, "audit.log");
  const contents: Content[] = [];
  /** By inode, what is there now. */
  const present = new Map<string, Content>();
  /** By inode, what replaced a content whose loss may not be declared yet. Nothing replaces it before that. */
  const unsettled = new Map<string, { readonly before: Content; readonly next: Content }>();
  let lines = 0;
  let rotations = 0;

  function newLines(count: number): string[] {
    return Array.from({ length: count }, () => `line ${lines++} ${"x".repeat(lines % 13)}`);
  }

  async function inodeOf(at: string): Promise<string | null> {
    const look = await stat(at, { bigint: true }).catch(() => null);
    return look === null ? null : String(look.ino);
  }

  function begin(inode: string): Content {
    const sizes = { sizeBytes: 0, seenBytes: 0 };
    const flags = { isWithBefore: false, isWithNext: false, wasAway: false };
    const content = { inode, lines: [], ...sizes, ...flags };
    const before = present.get(inode);
    if (before !== undefined) unsettled.set(inode, { before, next: content });
    contents.push(content);
    present.set(inode, content);
    return content;
  }

  async function write(isNew: boolean, count: number): Promise<void> {
    const added = newLines(count);
    const text = added.map((line) => `${line}\n`).join("");
    const before = await inodeOf(path);
    if (isNew && before !== null && unsettled.has(before)) return;
    await (isNew ? writeFile : appendFile)(path, text);
    const inode = (await inodeOf(path)) ?? "";
    const content = isNew || before === null ? begin(inode) : (present.get(inode) ?? begin(inode));
    content.lines.push(...added);
    content.sizeBytes += text.length;
  }

  async function remove(at: string): Promise<void> {
    const inode = await inodeOf(at);
    if (inode === null) return;
    await unlink(at);
    present.delete(inode);
  }

  /** By their names, those that the patterns match, the live one aside. */
  async function rotated(): Promise<string[]> {
    const names = await readdir(folder);
    return names.filter((name) => /^audit-\d+\.log$/.test(name)).toSorted();
  }

  async function move(from: string, to: string): Promise<void> {
    const content = present.get((await inodeOf(join(folder, from))) ?? "");
    if (content !== undefined) content.wasAway = true;
    await rename(join(folder, from), join(folder, to));
  }

  async function remaining(): Promise<Set<Content>> {
    const there = new Set<Content>();
    for (const name of await readdir(folder)) {
      const content = present.get((await inodeOf(join(folder, name))) ?? "");
      if (content !== undefined && name.includes(".log")) there.add(content);
    }
    return there;
  }

  return {
    contents,
    remaining,
    settled: () => unsettled.clear(),
    killed: () => {
      for (const { before, next } of unsettled.values()) {
        before.isWithNext = true;
        next.isWithBefore = true;
      }
      unsettled.clear();
    },
    looked: async () => {
      for (const content of await remaining()) content.seenBytes = content.sizeBytes;
    },
    take: async (step) => {
      if (step.kind === "write" || step.kind === "rewrite")
        return write(step.kind === "rewrite", step.lines);
      if (step.kind === "deleteCurrent") return remove(path);
      if (step.kind === "deleteOldest") {
        const [oldest] = await rotated();
        if (oldest !== undefined) await remove(join(folder, oldest));
        return;
      }
      if (step.kind === "moveOut") {
        const [oldest] = await rotated();
        if (oldest !== undefined) await move(oldest, oldest.replace(".log", ".txt"));
        return;
      }
      if (step.kind === "moveBack") {
        const away = (await readdir(folder)).find((name) => name.endsWith(".txt"));
        if (away !== undefined) await move(away, away.replace(".txt", ".log"));
        return;
      }
      if (step.kind === "compressOther") {
        const other = join(folder, "other.log.gz");
        if ((await inodeOf(other)) === null) await writeFile(other, gzipSync("compressed\n"));
        return;
      }
      const inode = await inodeOf(path);
      if (inode === null) return;
      if (step.kind === "rotate")
        await rename(path, join(folder, `audit-${1_000 + rotations++}.log`));
      else if (step.kind === "truncate" && !unsettled.has(inode)) {
        await truncate(path, 0);
        begin(inode);
      }
    },
  };
}
