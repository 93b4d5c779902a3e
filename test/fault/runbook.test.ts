import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ROWS } from "./table/rows.ts";
import type { Row } from "./table/row.ts";
import { settle } from "./table/settle.ts";
import { openTrial, type Trial } from "./table/trial.ts";

const RUNBOOK = new URL("../../deploy/README.md", import.meta.url);
const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;
const COMMAND_MS_MAX = 60_000;
/** What the shell says of what it does not have, and Chaperone of what it does not understand. */
const WRONG_EXIT_CODES = [2, 126, 127];

const section = /^## Fault by fault$([\s\S]*?)^## /m.exec(readFileSync(RUNBOOK, "utf8"))?.[1] ?? "";

const commands = [...section.matchAll(/^```sh$([\s\S]*?)^```$/gm)]
  .flatMap(([, block = ""]) => block.split("\n"))
  .filter((line) => line.trim() !== "");

const SEED = 5;
const lineThatRests: Row = {
  name: "runbook",
  fault: "a destination that refuses for a moment",
  guarantee: "",
  perSecond: { full: 200, quick: 200 },
  run: async (trial) => {
    await trial.destination.behave({ kind: "status", status: 400 });
    await trial.lasting({ full: 1_000, quick: 1_000 });
    await trial.destination.behave({ kind: "take" });
  },
};

describe("the runbook", () => {
  it("has a paragraph for every fault of the table", () => {
    const missing = ROWS.filter(({ name }) => name !== "no-kill")
      .map(({ name }) => name)
      .filter((name) => !new RegExp(`^### .*\`${name}\``, "m").test(section));
    expect(missing).toEqual([]);
  });

  it("has commands that all can be run as they stand, while the service runs", async () => {
    expect(commands.length).toBeGreaterThan(20);
    const trial = await openTrial(lineThatRests, { isQuick: true, seed: SEED });
    onTestFinished(() => trial.close());
    await trial.chaperone.start();
    await trial.write();
    await lineThatRests.run(trial);
    await trial.rest();
    expect(await settle(trial)).toBe(true);

    const stage = await aMachine(trial);
    for (const command of commands) {
      const { code, words } = await stage.run(command);
      expect(WRONG_EXIT_CODES, `${command}: ${words}`).not.toContain(code);
      if (/^(mkdir|mv|cp|df|chaperone quarantine|date|kill|ps)\b/.test(command))
        expect(code, `${command}: ${words}`).toBe(0);
    }
  });
});

interface Machine {
  run(command: string): Promise<{ readonly code: number; readonly words: string }>;
}

/** A machine with the runbook's paths, where `systemctl` and `journalctl` only say what they were asked. */
async function aMachine(trial: Trial): Promise<Machine> {
  const folder = await mkdtemp(join(tmpdir(), "chaperone-runbook-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const bin = join(folder, "bin");
  mkdirSync(bin);
  const script = (name: string, text: string): void =>
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  script("chaperone", `exec "${process.execPath}" --no-warnings "${MAIN}" "$@"`);
  script("systemctl", `[ "$1" != show ] || echo ${trial.chaperone.processId}`);
  script("journalctl", 'echo "$@"');
  // What is moved away is a copy: the service goes on.
  const data = join(folder, "data");
  cpSync(trial.home, join(data, "acme"), { recursive: true });
  const backups = join(folder, "backups");
  cpSync(join(trial.home, "cursors"), join(backups, "acme/cursors"), { recursive: true });
  const places: readonly (readonly [string, string])[] = [
    ["/var/lib/chaperone", data],
    ["/var/backups/chaperone", backups],
    ["http://127.0.0.1:9464", trial.chaperone.url],
  ];
  return {
    run: (command) => {
      const placed = places.reduce((text, [from, to]) => text.replaceAll(from, to), command);
      const options = {
        cwd: join(trial.configurationPath, ".."),
        timeout: COMMAND_MS_MAX,
        env: { ...process.env, PATH: `${bin}:${process.env["PATH"] ?? ""}` },
      };
      return new Promise((resolve) => {
        execFile("bash", ["-c", placed], options, (error, output, errors) => {
          const code = error === null ? 0 : Number(error.code ?? -1);
          resolve({ code, words: `${output}${errors}` });
        });
      });
    },
  };
}
