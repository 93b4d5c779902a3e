import { describe, expect, it } from "vitest";
import { loadDocument, saveDocument } from "../../../src/platform/document.ts";
import { createFaultyDisk } from "../../support/disk-faulty.ts";
import type { FaultyDisk } from "../../support/disk-faulty.ts";

const PATH = "/place.json";

async function saved(content: unknown): Promise<FaultyDisk> {
  const faulty = createFaultyDisk();
  await saveDocument(faulty.disk, PATH, content);
  return faulty;
}

function rewrite(faulty: FaultyDisk, change: (text: string) => string): void {
  faulty.corrupt(PATH, (bytes) => Buffer.from(change(Buffer.from(bytes).toString())));
}

describe("a document", () => {
  it.each([[{ sequence: 12 }], [[]], [null], ["zoë"], [0]])(
    "with %j in it is read back as it was saved, and no file is left open",
    async (content) => {
      const { disk } = await saved({ before: true });
      await saveDocument(disk, PATH, content);
      expect(await loadDocument(disk, PATH)).toEqual({ status: "loaded", content });
    },
  );

  it("that is not there is missing", async () => {
    expect(await loadDocument(createFaultyDisk().disk, PATH)).toEqual({ status: "missing" });
  });

  it.each([
    ["of another version", '"version":1', '"version":2', "its version is 2"],
    ["with another digit", "12", "13", "its checksum is wrong"],
    ["without a checksum", '"sha256"', '"md5"', "its checksum is wrong"],
    ["without a content", '"content"', '"contents"', "it is no document of ours"],
    ["that is cut", "}", "", "SyntaxError"],
  ])("%s is unreadable, and the cause says why", async (_what, from, to, cause) => {
    const faulty = await saved({ sequence: 12 });
    rewrite(faulty, (text) => text.replace(from, to));
    expect(await loadDocument(faulty.disk, PATH)).toEqual({
      status: "unreadable",
      cause: expect.stringContaining(cause) as string,
    });
  });

  it.each(["null", "7", '"text"', "[]"])("that is %s is unreadable", async (text) => {
    const faulty = await saved({});
    rewrite(faulty, () => text);
    const cause = "it is no document of ours";
    expect(await loadDocument(faulty.disk, PATH)).toEqual({ status: "unreadable", cause });
  });

  it("that the disk will not give is unreadable, never missing", async () => {
    const faulty = await saved({});
    faulty.fault = () => ({ code: "EACCES" });
    expect(await loadDocument(faulty.disk, PATH)).toMatchObject({ status: "unreadable" });
  });

  it.each(["open", "write", "sync", "rename", "syncFolder"] as const)(
    "whose %s fails rejects, leaves no file open, and the one before or this one is there",
    async (operation) => {
      const faulty = await saved(1);
      faulty.fault = (call) => (call.operation === operation ? { code: "EIO" } : null);
      await expect(saveDocument(faulty.disk, PATH, 2)).rejects.toMatchObject({ code: "EIO" });
      expect(faulty.openFiles).toBe(0);
      faulty.fault = () => null;
      expect(await loadDocument(faulty.disk, PATH)).toEqual({
        status: "loaded",
        content: operation === "syncFolder" ? 2 : 1,
      });
    },
  );
});
