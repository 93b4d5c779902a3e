import { aSetting, post, runLine, untilServed, type RunningLine } from "./harness.ts";

export const PATH = "/audit/prod";

/** A line with one webhook, over plain HTTP. */
export interface Webhook extends RunningLine {
  readonly port: number;
  send(
    body: string | Uint8Array | AsyncIterable<Uint8Array>,
    headers?: Readonly<Record<string, string>>,
  ): ReturnType<typeof post>;
  details(): Promise<readonly string[]>;
}

export async function aWebhook(options = ""): Promise<Webhook> {
  const setting = await aSetting();
  const { port } = setting;
  const listen = `listen: "127.0.0.1:${port}", plainHttp: true`;
  const running = await runLine(setting, [
    `{ name: hook, cluster: prod, kubernetesAuditWebhook: { ${listen}, path: ${PATH}${options} } }`,
  ]);
  await untilServed({ port, path: PATH });
  return {
    ...running,
    port,
    send: (body, headers = {}) => post({ port, path: PATH, body, headers }),
    details: async () =>
      (await running.journaled()).map((entry) => Object.keys(entry.event().detail ?? {})[0] ?? ""),
  };
}
