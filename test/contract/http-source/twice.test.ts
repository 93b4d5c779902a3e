import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { PATH } from "./a-webhook.ts";
import { auditEvents, eventList } from "./audit-events.ts";
import { aSetting, post, runLine, untilServed, type RunningLine } from "./harness.ts";

describe("the same event by file and by webhook", () => {
  const LINES = auditEvents(1, 3);

  async function bothWays() {
    const setting = await aSetting();
    const { port, folder } = setting;
    const sources = [
      `{ name: file, cluster: prod, kubernetesAuditFile: { include: [audit.log], poll: PT0.01S } }`,
      `{ name: hook, cluster: prod, kubernetesAuditWebhook: { listen: "127.0.0.1:${port}", plainHttp: true, path: ${PATH} } }`,
    ];
    const log = join(folder, "audit.log");
    const write = (count: number): Promise<void> =>
      writeFile(
        log,
        LINES.slice(0, count)
          .map(({ line }) => `${line}\n`)
          .join(""),
        { flag: "a" },
      );
    await write(0);
    const send = (): ReturnType<typeof post> =>
      post({ port, path: PATH, body: eventList(...LINES.map(({ item }) => item)) });
    const run = async (): Promise<RunningLine> => {
      const running = await runLine(setting, sources);
      await untilServed({ port, path: PATH });
      return running;
    };
    const duplicates = (running: RunningLine, source: string): Promise<number> =>
      running.metric("chaperone_records_duplicate_total", { source });
    return { run, write, send, duplicates };
  }

  it("is journaled once when the file comes first, and counted as a duplicate", async () => {
    const { run, write, send, duplicates } = await bothWays();
    const running = await run();
    await write(3);
    await expect.poll(async () => (await running.journaled()).length).toBe(3);
    expect((await send()).status).toBe(200);
    expect(await running.journaled()).toHaveLength(3);
    expect(await duplicates(running, "hook")).toBe(3);
  });

  it("is journaled once when the webhook comes first", async () => {
    const { run, write, send, duplicates } = await bothWays();
    const running = await run();
    await send();
    await write(3);
    await expect.poll(() => duplicates(running, "file")).toBe(3);
    expect(await running.journaled()).toHaveLength(3);
  });

  it("20: is journaled once when a batch whose answer was lost is sent again after a restart", async () => {
    const { run, write, send, duplicates } = await bothWays();
    const first = await run();
    await send();
    await first.stop();
    const second = await run();
    await send();
    await write(3);
    await expect.poll(() => duplicates(second, "file")).toBe(3);
    expect(await second.journaled()).toHaveLength(3);
    expect(await duplicates(second, "hook")).toBe(3);
  });
});
