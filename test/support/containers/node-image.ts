import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const NODE = "/usr/bin/node";

/**
 * Name of an image that holds the Node that runs this, with the libraries that it is linked to, and nothing else; made where the
 * engine has none. Linux only.
 */
export function nodeImage(): string {
  const image = `chaperone-test/node:${process.version.slice(1)}`;
  if (isPresent(image)) return image;
  const root = mkdtempSync(join(tmpdir(), "chaperone-node-image-"));
  try {
    copy(process.execPath, join(root, NODE));
    for (const library of librariesOf(process.execPath)) copy(library, join(root, library));
    mkdirSync(join(root, "tmp"));
    const tar = execFileSync("tar", ["-C", root, "--numeric-owner", "-c", "."], {
      maxBuffer: 1024 ** 3,
    });
    execFileSync("docker", ["import", "--change", `ENTRYPOINT ["${NODE}"]`, "-", image], {
      input: tar,
      stdio: ["pipe", "ignore", "inherit"],
    });
    return image;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function isPresent(image: string): boolean {
  try {
    execFileSync("docker", ["image", "inspect", image], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Absolute paths that ldd(1) prints, as in `libm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x…)`. */
function librariesOf(program: string): readonly string[] {
  const listed = execFileSync("ldd", [program], { encoding: "utf8" });
  return [...listed.matchAll(/(\/\S+) \(0x/g)].map(([, path = ""]) => path);
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(realpathSync(from), to);
}
