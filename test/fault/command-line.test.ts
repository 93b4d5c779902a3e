import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chaperone } from "../unit/commands/chaperone.ts";

const shipped = fileURLToPath(new URL("../../config/", import.meta.url));

/** The commands that look at what a run left behind, over the data of the quickstart and a destination that refuses all of it. */
describe("after a run", () => {
  let folder = "";
  let refusing: Server;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "chaperone-commands-"));
    await cp(join(shipped, "quickstart"), join(folder, "quickstart"), { recursive: true });
    const text = await readFile(join(shipped, "quickstart.yaml"), "utf8");
    // The endpoint pauses after so many refusals in a row, and the run gives up on it.
    await writeFile(join(folder, "chaperone.yaml"), `${text}\nlimits: { settleFor: PT3S }\n`);
    refusing = createServer((request, response) => {
      request.resume().on("end", () => response.writeHead(400).end("no such tenant"));
    });
    await new Promise<void>((resolve) => refusing.listen(0, "127.0.0.1", resolve));
  });
  afterAll(async () => {
    refusing.closeAllConnections();
    refusing.close();
    await rm(folder, { recursive: true, force: true });
  });

  const inFolder = (...args: readonly string[]): ReturnType<typeof chaperone> =>
    chaperone(args, {
      cwd: folder,
      env: {
        CHAPERONE_QUICKSTART_DIR: folder,
        CHAPERONE_QUICKSTART_OTLP: `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`,
      },
    });

  it("grants lists each with what was done under it, and one of them whole by the beginning of its id", async () => {
    await inFolder("run", "--once");
    const { out } = await inFolder("grants", "--json");
    const grants = JSON.parse(out) as {
      grant: { id: string; principal: string };
      coveredCount: number;
    }[];
    expect(grants).toHaveLength(11);
    expect(grants.some(({ coveredCount }) => coveredCount > 0)).toBe(true);
    const table = await inFolder("grants");
    for (const { grant } of grants) expect(table.out).toContain(`${grant.id}  `);
    const [first] = grants;
    const one = await inFolder("grants", first?.grant.id.slice(0, 8) ?? "");
    expect(one.out).toMatch(/^decision +approve by /m);
    expect(await inFolder("grants", "nothing")).toMatchObject({ code: 2 });
  });

  it("journal inspect shows whole segments, and the entries of a range", async () => {
    const { code, out } = await inFolder("journal", "inspect", "--json");
    const { isWhole, segments } = JSON.parse(out) as {
      isWhole: boolean;
      segments: { last: number }[];
    };
    expect({ code, isWhole }).toEqual({ code: 0, isWhole: true });
    const last = segments.at(-1)?.last ?? 0;
    const range = await inFolder("journal", "inspect", "--from", String(last - 1), "--json");
    expect(range.out.trim().split("\n")).toHaveLength(2);
    expect(await inFolder("journal", "inspect", "--from", "x")).toMatchObject({ code: 2 });
  });

  it("quarantine ls lists what was refused, and show gives the answer and the event", async () => {
    const { code, out } = await inFolder("quarantine", "ls", "--json");
    expect(code).toBe(0);
    const [first] = out.trim().split("\n");
    const { eventId, pipeline, cause } = JSON.parse(first ?? "{}") as Record<string, string>;
    expect(pipeline).toBe("vendor-to-siem");
    expect(cause).toContain("400");
    const shown = await inFolder("quarantine", "show", eventId ?? "");
    expect(shown.out).toContain(`"id": "${eventId ?? ""}"`);
    expect(shown.out).toMatch(/^vendor-to-siem: refused since /m);
    expect((await inFolder("quarantine", "ls", "--pipeline", "other", "--json")).out).toBe("");
    expect(await inFolder("quarantine", "show", "nothing")).toMatchObject({ code: 2 });
  });
});
