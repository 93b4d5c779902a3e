import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../support/disk.ts";
import { startCommand, textsOf } from "./harness.ts";

const NODE = process.execPath;

/** A command that runs this JavaScript with these arguments. */
function javaScript(code: string, ...args: readonly string[]): readonly string[] {
  return [NODE, "-e", code, ...args];
}

describe("supportAccessSnapshots with a command", () => {
  it("runs it every interval; what it writes is a snapshot of the time when it was started", async () => {
    const folder = await temporaryFolder();
    const file = join(folder, "answer");
    writeFileSync(file, "one");
    const command = javaScript(
      `process.stdout.write(require("fs").readFileSync(process.argv[1]))`,
      file,
    );
    const collector = await startCommand({ options: { command } });
    await collector.until(() => collector.records.length === 1);
    const startedAt = collector.clock.now();
    writeFileSync(file, "two");
    await collector.pass(30_000);
    await collector.until(() => collector.records.length === 2);
    expect(textsOf(collector.records)).toEqual(["one", "two"]);
    expect(collector.records.map(({ takenAt }) => takenAt)).toEqual([
      startedAt,
      startedAt + 30_000_000,
    ]);
    expect(collector.progress.at(-1)).toMatchObject({
      behind: [],
      isFailing: false,
      caughtUpAt: startedAt + 30_000_000,
    });
  });

  it("gives the program its arguments as they are: no shell takes part", async () => {
    const args = ["$HOME", "a b", "; touch x", "`id`", "*"];
    const command = javaScript("console.log(JSON.stringify(process.argv.slice(1)))", ...args);
    const { records, run } = await startCommand({ options: { command }, stopAtEnd: true });
    await run;
    expect(JSON.parse(textsOf(records)[0] ?? "")).toEqual(args);
  });

  it.each([
    [
      "that fails, whatever it wrote",
      javaScript(`console.log("half"); console.error("token\\nexpired"); process.exitCode = 3`),
      "ended with 3: token expired",
    ],
    ["that is not there", ["/no/such/program"], "cannot be run"],
    [
      "that is ended by a signal",
      javaScript(`process.kill(process.pid, "SIGKILL")`),
      "was ended by SIGKILL",
    ],
    [
      "that writes too much",
      javaScript(`setInterval(() => process.stdout.write("x".repeat(5_000)), 1)`),
      "wrote more than 10000 bytes, and was killed",
    ],
  ])("a run %s is no snapshot, and a failing source", async (_, command, why) => {
    const collector = await startCommand({ options: { command }, stopAtEnd: true });
    for (let runs = 1; runs < 3; runs++) {
      await collector.until(() => collector.progress.length === runs);
      await collector.pass(1_000);
    }
    await collector.run;
    expect(collector.records).toEqual([]);
    expect(collector.progress).toHaveLength(3);
    expect(collector.progress.at(-1)).toMatchObject({ isFailing: true, hasEnded: true });
    expect(collector.logged).toEqual([expect.stringContaining(why)]);
    expect(collector.codes).toEqual(["SNAPSHOT_COMMAND_FAILED"]);
  });

  it("a run that lasts longer than timeout is killed, and what it has started with it", async () => {
    const folder = await temporaryFolder();
    const file = join(folder, "pid");
    const code = `
      const child = require("child_process").spawn(process.execPath, ["-e", "setInterval(() => 0, 1e6)"]);
      require("fs").writeFileSync(process.argv[1], String(child.pid));
      process.stdout.write("whole");
      setInterval(() => 0, 1e6)`;
    const options = { command: javaScript(code, file), timeoutMs: 20_000 };
    const collector = await startCommand({ options });
    await collector.until(() => pidIn(file) !== null);
    await collector.pass(19_000);
    expect(collector.progress).toEqual([]);
    await collector.pass(1_000);
    await collector.until(() => collector.progress.length > 0);
    expect(collector.records).toEqual([]);
    expect(collector.progress).toMatchObject([{ isFailing: true }]);
    expect(collector.logged.join()).toContain("did not end within 20000 ms, and was killed");
    expect(collector.codes).toEqual(["SNAPSHOT_COMMAND_FAILED"]);
    await collector.until(() => !isRunning(pidIn(file) ?? 0));
  });

  it("is well again with the next run that ends, and says so", async () => {
    const folder = await temporaryFolder();
    const file = join(folder, "ready");
    const code = `if (!require("fs").existsSync(process.argv[1])) process.exit(1); console.log("ok")`;
    const collector = await startCommand({ options: { command: javaScript(code, file) } });
    await collector.until(() => collector.progress.length === 1);
    writeFileSync(file, "");
    await collector.pass(30_000);
    await collector.until(() => collector.progress.length === 2);
    expect(textsOf(collector.records)).toEqual(["ok\n"]);
    expect(collector.progress).toMatchObject([{ isFailing: true }, { isFailing: false }]);
    expect(collector.logged.at(-1)).toContain("gives snapshots again");
  });

  it.each([299, 300, 301])(
    "quotes of its standard error 300 characters at most, here of %i",
    async (length) => {
      const code = `process.stderr.write("e".repeat(${length})); process.exitCode = 3`;
      const collector = await startCommand({ options: { command: javaScript(code) } });
      await collector.until(() => collector.logged.length > 0);
      const quoted = /ended with 3: (e+)/.exec(collector.logged.join())?.[1];
      expect(quoted).toHaveLength(Math.min(length, 300));
    },
  );

  it("takes an output of just outputBytesMax bytes", async () => {
    const options = { command: javaScript(`process.stdout.write("x".repeat(10_000))`) };
    const { records, run } = await startCommand({ options, stopAtEnd: true });
    await run;
    expect(textsOf(records)).toEqual(["x".repeat(10_000)]);
  });

  it("hands a snapshot in until it is durable, and takes no other one meanwhile", async () => {
    const options = { command: javaScript(`process.stdout.write("one")`), intervalMs: 1_000 };
    const collector = await startCommand({ options, acceptsLeft: 0 });
    const startedAt = collector.clock.now();
    await collector.until(() => collector.logged.length > 0);
    await collector.pass(5_000);
    expect(collector.progress).toEqual([]);
    collector.acceptsLeft = 1;
    await collector.pass(1_000);
    expect(collector.records.map(({ takenAt }) => takenAt)).toEqual([startedAt]);
  });

  it("is stopped within a run, which is killed", async () => {
    const folder = await temporaryFolder();
    const file = join(folder, "begun");
    const code = `require("fs").writeFileSync(process.argv[1], String(process.pid)); setInterval(() => 0, 1e6)`;
    const collector = await startCommand({ options: { command: javaScript(code, file) } });
    await collector.until(() => pidIn(file) !== null);
    await collector.stop();
    await collector.until(() => !isRunning(pidIn(file) ?? 0));
    expect(collector.records).toEqual([]);
    expect(collector.progress).toEqual([]);
  });
});

/** What a program has written of itself; null until it has. */
function pidIn(file: string): number | null {
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return text === "" ? null : Number(text);
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
