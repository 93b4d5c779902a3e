import { writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { Log } from "../../../src/ports/log.ts";
import { silentLog } from "../../support/silent-log.ts";
import { auditEvent, eventList } from "./audit-events.ts";
import { aSetting, post, runLine, texts, untilServed } from "./harness.ts";

const PATH = "/audit";

/** Somebody else at the port; resolves when the port is theirs. */
async function aStranger(port: number): Promise<{ readonly leave: () => Promise<void> }> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  const leave = (): Promise<void> => new Promise((resolve) => server.close(() => resolve()));
  onTestFinished(leave);
  return { leave };
}

it("a source whose port is taken is failing and says why once, holds up no other, and serves when the port is free", async () => {
  const setting = await aSetting();
  const { port, folder } = setting;
  const stranger = await aStranger(port);
  await writeFile(join(folder, "audit.log"), `${auditEvent(1).line}\n`);
  const errors: object[] = [];
  const error: Log["error"] = (fields) => void errors.push(fields);
  const running = await runLine(
    setting,
    [
      `{ name: hook, cluster: prod, kubernetesAuditWebhook: { listen: "127.0.0.1:${port}", plainHttp: true, path: ${PATH} } }`,
      "{ name: file, cluster: prod, kubernetesAuditFile: { include: [audit.log] } }",
    ],
    { log: { ...silentLog, error } },
  );
  const isFailing = (source: string): Promise<number> =>
    running.metric("chaperone_source_failing", { source });
  await expect.poll(() => texts(running)).toEqual([auditEvent(1).line]);
  await expect.poll(() => errors.length).toBeGreaterThan(0);
  expect(errors).toEqual([
    {
      source: "hook",
      code: "LISTEN_FAILED",
      cause: expect.stringMatching(`Cannot listen on "127.0.0.1:${port}".*EADDRINUSE`) as string,
    },
  ]);
  expect([await isFailing("hook"), await isFailing("file")]).toEqual([1, 0]);

  await stranger.leave();
  await untilServed({ port, path: PATH });
  const body = eventList(auditEvent(2).item);
  expect(await post({ port, path: PATH, body })).toMatchObject({ status: 200 });
  await expect.poll(() => texts(running)).toHaveLength(2);
  await expect.poll(() => isFailing("hook")).toBe(0);
  expect(errors).toHaveLength(1);
});
