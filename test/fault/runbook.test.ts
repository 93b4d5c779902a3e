import { execFile } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { PARAGRAPHS } from "../support/runbook.ts";
import { ROWS } from "./table/rows.ts";
import type { Row } from "./table/row.ts";
import { settle } from "./table/settle.ts";
import { openTrial, type Trial } from "./table/trial.ts";

const MAIN = new URL("../../src/main.ts", import.meta.url).pathname;
const COMMAND_MS_MAX = 60_000;
/** What the shell says of what it does not have, and Chaperone of what it does not understand. */
const WRONG_EXIT_CODES = [2, 126, 127];
/** They find what they look for: files of ours, what the service and the program say. */
const MUST_SUCCEED =
  /^(mkdir|mv|cp|df|chaperone quarantine|date|kill|ps)\b|\/(status|readyz)\b|^chaperone doctor \| grep/;

const commands = PARAGRAPHS.flatMap((paragraph) => paragraph.commands);

const SEED = 5;
const lineThatRests: Row = {
  name: "runbook",
  fault: "a destination that refuses for a moment, and then is down for one",
  guarantee: "",
  perSecond: { full: 200, quick: 200 },
  arrange: ({ folder }) =>
    Promise.resolve({
      configure: (configuration) => ({
        ...configuration,
        archive: { directory: join(folder, "archive") },
      }),
    }),
  run: async (trial) => {
    await trial.destination.behave({ kind: "status", status: 400 });
    await trial.lasting({ full: 1_000, quick: 1_000 });
    await trial.order({ do: "rotate" });
    await trial.destination.behave({ kind: "status", status: 503 });
    await trial.lasting({ full: 1_000, quick: 1_000 });
    await trial.destination.behave({ kind: "take" });
  },
};

describe("the runbook", () => {
  it("has a paragraph for every fault of the table", () => {
    const told = PARAGRAPHS.flatMap(({ faults }) => faults);
    const names = ROWS.map(({ name }) => name).filter((name) => name !== "no-kill");
    expect(told.toSorted()).toEqual(names.toSorted());
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
    const metrics = await (await fetch(`${trial.chaperone.url}/metrics`)).text();
    for (const { text: command } of commands) {
      const { code, words } = await stage.run(command);
      expect(WRONG_EXIT_CODES, `${command}: ${words}`).not.toContain(code);
      if (MUST_SUCCEED.test(command)) expect(code, `${command}: ${words}`).toBe(0);
      // A metric may have no value yet; that there is one of that name the service says all the same.
      const [, metric] = /\/metrics \| grep '\^(\w+)/.exec(command) ?? [];
      if (metric !== undefined) expect(metrics).toContain(`# TYPE ${metric} `);
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
  // What is moved away is a copy: the service goes on, and replaces documents meanwhile.
  const data = join(folder, "data");
  const options = { recursive: true, filter: (path: string) => !path.endsWith(".tmp") };
  cpSync(trial.home, join(data, "acme"), options);
  const backups = join(folder, "backups");
  cpSync(join(trial.home, "cursors"), join(backups, "acme/cursors"), options);
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
