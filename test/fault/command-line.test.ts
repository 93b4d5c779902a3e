import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startChaperone } from "../support/chaperone-process.ts";
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

  it("grant shows one of them with what was done under it, and event by event", async () => {
    const { out } = await inFolder("grants", "--json", "--state", "ended");
    const ended = JSON.parse(out) as { grant: { id: string }; coveredCount: number }[];
    const busy = ended.find(({ coveredCount }) => coveredCount > 0);
    const id = busy?.grant.id ?? "";
    const whole = await inFolder("grant", id.slice(0, 8));
    expect(whole.out).toMatch(/^decision +approve by /m);
    expect(whole.out).toMatch(/^who +what +where +coverage/m);
    const timeline = await inFolder("grant", id, "--timeline");
    const lines = timeline.out.trim().split("\n");
    expect(lines[0]).toMatch(/== asked for by /);
    expect(lines.at(-1)).toMatch(/== over: |  (covered|after-)/);
    const times = lines.map((line) => line.slice(0, 24));
    expect(times).toEqual(times.toSorted());
    const json = await inFolder("grant", id, "--json");
    const { timeline: events } = JSON.parse(json.out) as { timeline: { event: unknown }[] };
    expect(events.length).toBeGreaterThanOrEqual(busy?.coveredCount ?? Infinity);
    expect(await inFolder("grant", "")).toMatchObject({ code: 2 });
    expect(await inFolder("grants", "--state", "open")).toMatchObject({ code: 2 });
  });

  it("explain says of a journaled event whose it is and why, rule by rule", async () => {
    const { out } = await inFolder("grants", "--json");
    const all = JSON.parse(out) as { grant: { id: string }; coveredCount: number }[];
    const busy = all.find(({ coveredCount }) => coveredCount > 0)?.grant.id ?? "";
    const grant = JSON.parse((await inFolder("grant", busy, "--json")).out) as {
      timeline: { revision: number; event: { id: string; verdict: unknown; detail: object } }[];
    };
    const first = grant.timeline.find(({ event }) => "teleport" in event.detail);
    const id = first?.event.id ?? "";
    const json = await inFolder("explain", "--event", id, "--json");
    const told = JSON.parse(json.out) as { steps: { rule: string }[] };
    expect(told).toMatchObject({
      journaled: { verdict: first?.event.verdict, revision: first?.revision },
      verdict: first?.event.verdict,
      event: { id },
    });
    expect(told.steps.map(({ rule }) => rule)).toContain("C1");
    const text = await inFolder("explain", "--event", id);
    expect(text.out).toMatch(/^journaled {3}.*\n\nfields\n[^]*\nwhy, rule by rule\n {2}W1 /);
    expect(await inFolder("explain", "--event", "nothing")).toMatchObject({ code: 2 });
  });

  it("tap shows what was journaled, by its filters, and ends when it is told to", async () => {
    const tap = startChaperone(
      [
        "--config",
        join(folder, "chaperone.yaml"),
        "tap",
        "--since",
        "P1D",
        "--vendor",
        "palisade",
        "--json",
      ],
      {
        CHAPERONE_QUICKSTART_DIR: folder,
        CHAPERONE_QUICKSTART_OTLP: `http://127.0.0.1:${(refusing.address() as AddressInfo).port}`,
      },
    );
    await expect.poll(() => tap.output().split("\n").length).toBeGreaterThan(100);
    tap.interrupt();
    expect(await tap.ended).toBe(0);
    expect(tap.errors()).toBe("");
    for (const line of tap.output().trim().split("\n"))
      expect(JSON.parse(line)).toMatchObject({ labels: { vendor: "palisade" } });
    expect(await inFolder("tap", "--coverage", "in-grant")).toMatchObject({ code: 2 });
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
