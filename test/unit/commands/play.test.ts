import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { aPart, record } from "../../support/recording.ts";
import { chaperone } from "./chaperone.ts";

const RECORDS = [
  record.start({ ei: 0 }),
  record.print({
    ei: 1,
    data: "$ ls\r\n\u001b]0;pwned\u0007\u001b[31msnap\u001b[0m\u0008\u202e\u009b\r\n",
  }),
  record.command({ ei: 2, path: "/bin/ls", argv: ["-l", "\u001b[2J"] }),
  record.end({ ei: 3 }),
];

describe("chaperone play", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "chaperone-play-"));
    const secret = aPart([], { version: 2, flags: 1, body: Buffer.alloc(40, 9) });
    const whole = aPart(RECORDS);
    writeFileSync(join(folder, "whole.tar"), whole);
    writeFileSync(join(folder, "cut.tar"), whole.subarray(0, -2));
    writeFileSync(join(folder, "secret.tar"), Buffer.concat([secret, whole]));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const play = (...args: readonly string[]): ReturnType<typeof chaperone> =>
    chaperone(["play", ...args], { cwd: folder });

  it("shows the output as text that no terminal obeys", async () => {
    const { code, out } = await play("whole.tar");
    expect(code).toBe(0);
    expect(out).toBe("$ ls\nsnap\\u{8}\\u{202e}\\u{9b}\n");
  });

  it("shows the output as it was recorded only where that is asked for", async () => {
    const { out } = await play("whole.tar", "--format", "raw");
    expect(out).toContain("\u001b[31msnap\u001b[0m");
  });

  it("lists the commands, and no terminal obeys them either", async () => {
    const { out } = await play("whole.tar", "--format", "commands");
    expect(out).toBe("2.000  bash[4711]  /bin/ls -l \\u{1b}[2J\n");
  });

  it("makes an asciicast, and one JSON object for each event", async () => {
    const cast = await play("whole.tar", "--format", "asciicast");
    expect(cast.out.split("\n")).toHaveLength(3);
    const json = await play("whole.tar", "--json");
    for (const { out } of [cast, json]) expect(out).not.toMatch(/[\u0080-\u009f\u202e]/);
    const events = json.out
      .trim()
      .split("\n")
      .map((line) => (JSON.parse(line) as { event: string }).event);
    expect(events).toEqual(["session.start", "print", "session.command", "session.end"]);
  });

  it("prints what can be read of a damaged recording, says what cannot, and ends with 1", async () => {
    const cut = await play("cut.tar");
    expect(cut).toMatchObject({ code: 1 });
    expect(cut.out).toContain("snap");
    expect(cut.errors).toContain("it ends inside the body of a part");
    const secret = await play("secret.tar");
    expect(secret).toMatchObject({ code: 1 });
    expect(secret.out).toContain("snap");
    expect(secret.errors).toContain('Cannot read "secret.tar" from byte 0 on: it is encrypted');
  });

  it("ends with 1 where there is no such file", async () => {
    const { code, errors } = await play("none.tar");
    expect(code).toBe(1);
    expect(errors).toContain('Cannot read "none.tar"');
  });
});
