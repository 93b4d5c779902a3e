import { describe, expect, it } from "vitest";
import { createProgress } from "../../../src/commands/progress.ts";

function aStream(isTTY: boolean): {
  written: string;
  isTTY: boolean;
  columns: number;
  write(text: string): void;
} {
  const stream = {
    written: "",
    isTTY,
    columns: 20,
    write: (text: string): void => {
      stream.written += text;
    },
  };
  return stream;
}

describe("progress", () => {
  it("is one line that changes on a terminal, never wider than it, and gone at the end", () => {
    const terminal = aStream(true);
    const progress = createProgress(terminal);
    progress.at("1 of 2");
    progress.at("a text that is longer than the terminal is wide");
    progress.note("a line that stays");
    progress.end();
    expect(terminal.written.split("\r\u001B[2K")).toEqual([
      "",
      "1 of 2",
      "a text that is long",
      "a line that stays\n",
    ]);
  });

  it("is a line every ten seconds where there is no terminal", () => {
    const pipe = aStream(false);
    let nowMs = 0;
    const progress = createProgress(pipe, () => nowMs);
    for (; nowMs <= 20_000; nowMs += 100) progress.at(`at ${nowMs}`);
    progress.end();
    expect(pipe.written).toBe("at 0\nat 10000\nat 20000\n");
  });

  it("lets no name from outside move the cursor", () => {
    const pipe = aStream(false);
    createProgress(pipe).at("name\u001B[2J");
    createProgress(pipe).note("name\u202E");
    expect(pipe.written).toBe("name\\u{1b}[2J\nname\\u{202e}\n");
  });
});
