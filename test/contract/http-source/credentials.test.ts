import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { machine } from "../../../src/run/machine.ts";
import { createHttpServers } from "../../../src/platform/http/servers.ts";
import { createCollector } from "../../../src/collect/collectors.ts";
import { makeCertificates, type Certificates } from "../../support/containers/tls.ts";
import { auditEvent, eventList } from "./audit-events.ts";
import { aSetting, post, runLine, untilServed, type Post, type RunningLine } from "./harness.ts";

let ours: Certificates;
let theirs: Certificates;

beforeAll(async () => {
  [ours, theirs] = await Promise.all([makeCertificates(), makeCertificates()]);
});
afterAll(async () => {
  await Promise.all([ours.remove(), theirs.remove()]);
});

const BODY = eventList(auditEvent(1).item);

interface Guarded extends RunningLine {
  readonly folder: string;
  readonly port: number;
  /** The status of a request; `cut` where there was no answer. */
  send(client?: Partial<Pick<Post, "headers" | "tls" | "path">>): Promise<number | string>;
}

async function aGuarded(
  options: string,
  { clientAuthority = false, renewMs = 30_000, kind = "kubernetesAuditWebhook" } = {},
): Promise<Guarded> {
  const setting = await aSetting();
  const { folder, port } = setting;
  for (const [from, to] of [
    [ours.server.certFile, "server.pem"],
    [ours.server.keyFile, "server.key"],
    [ours.caFile, "clients.pem"],
  ] as const)
    await copyFile(from, join(folder, to));
  const authority = clientAuthority ? ", clientAuthorityFile: clients.pem" : "";
  const tls = `tls: { certificateFile: server.pem, keyRef: file:server.key${authority} }`;
  const servers = createHttpServers({ clock: machine.clock, limits: { renewMs } });
  const running = await runLine(
    setting,
    [
      `{ name: hook, cluster: prod, ${kind}: { listen: "127.0.0.1:${port}", path: /audit, ${tls}${options} } }`,
    ],
    {
      environment: { FIRST: "first-token", SECOND: "second-token" },
      outside: {
        createCollector: (configured, deps) => createCollector(configured, { ...deps, servers }),
      },
    },
  );
  const target = { port, path: "/audit", tls: { ca: ours.ca } };
  await untilServed(target);
  return {
    ...running,
    folder,
    port,
    send: (client = {}) =>
      post({ ...target, body: BODY, ...client }).then(
        ({ status }) => status,
        () => "cut",
      ),
  };
}

const TOKENS = ", bearerTokens: [{ tokenRef: env:FIRST }, { tokenRef: env:SECOND }]";

describe("a webhook with bearer tokens", () => {
  it("takes a request with any of them", async () => {
    const hook = await aGuarded(TOKENS);
    for (const authorization of ["Bearer first-token", "bearer  second-token"])
      expect(await hook.send({ headers: { authorization } })).toBe(200);
  });

  it.each([
    ["none", undefined, 401],
    ["another scheme", "Basic first-token", 401],
    ["an empty one", "Bearer ", 401],
    ["a wrong one", "Bearer third-token", 403],
    ["a beginning of one", "Bearer first-toke", 403],
    ["one in another case", "Bearer FIRST-TOKEN", 403],
  ])("refuses a request with %s, and reads nothing of it", async (_, authorization, status) => {
    const hook = await aGuarded(TOKENS);
    const headers = authorization === undefined ? {} : { authorization };
    expect(await hook.send({ headers })).toBe(status);
    expect(await hook.journaled()).toEqual([]);
  });
});

describe("a webhook over plain HTTP", () => {
  it.each([
    ["takes events of every user of the machine", "", 200],
    ["asks them all for a token where it has any", TOKENS, 401],
  ])("%s", async (_, options, status) => {
    const setting = await aSetting();
    const { port } = setting;
    const hook = `{ listen: "127.0.0.1:${port}", plainHttp: true, path: /audit${options} }`;
    const environment = { FIRST: "first-token", SECOND: "second-token" };
    await runLine(setting, [`{ name: hook, cluster: prod, kubernetesAuditWebhook: ${hook} }`], {
      environment,
    });
    await untilServed({ port, path: "/audit" });
    const send = async (headers: Readonly<Record<string, string>>): Promise<number> =>
      (await post({ port, path: "/audit", body: BODY, headers })).status;
    expect(await send({})).toBe(status);
    expect(await send({ authorization: "Bearer first-token" })).toBe(200);
  });
});

describe("a webhook with an authority for its clients", () => {
  it("takes a request with a certificate of that authority", async () => {
    const hook = await aGuarded("", { clientAuthority: true });
    const { cert, key } = ours.client;
    expect(await hook.send({ tls: { ca: ours.ca, cert, key } })).toBe(200);
  });

  it("refuses one without a certificate, and one with a certificate of another authority", async () => {
    const hook = await aGuarded("", { clientAuthority: true });
    expect(await hook.send()).toBe(401);
    const { cert, key } = theirs.client;
    expect(await hook.send({ tls: { ca: ours.ca, cert, key } })).toBe(403);
    expect(await hook.journaled()).toEqual([]);
  });

  it("refuses a certificate that has expired", async () => {
    const hook = await aGuarded("", { clientAuthority: true });
    const { cert, key } = await ours.expiredClient();
    expect(await hook.send({ tls: { ca: ours.ca, cert, key } })).toBe(403);
    expect(await hook.journaled()).toEqual([]);
  });

  it("wants the token as well where both are configured", async () => {
    const hook = await aGuarded(TOKENS, { clientAuthority: true });
    const { cert, key } = ours.client;
    const tls = { ca: ours.ca, cert, key };
    const headers = { authorization: "Bearer first-token" };
    expect(await hook.send({ tls })).toBe(401);
    expect(await hook.send({ headers })).toBe(401);
    expect(await hook.send({ tls, headers })).toBe(200);
  });
});

describe("an event handler's server", () => {
  it("takes events of who has a certificate of its authority, and of nobody else", async () => {
    const hook = await aGuarded("", { clientAuthority: true, kind: "teleportEventHandler" });
    const { cert, key } = ours.client;
    expect(await hook.send({ tls: { ca: ours.ca, cert, key } })).toBe(200);
    expect(await hook.send()).toBe(401);
    const wrong = { ca: ours.ca, cert: theirs.client.cert, key: theirs.client.key };
    expect(await hook.send({ tls: wrong })).toBe(403);
    expect(await hook.journaled()).toHaveLength(1);
  });
});

describe("a server with TLS", () => {
  it("does not speak plain HTTP", async () => {
    const { port } = await aGuarded(TOKENS);
    await expect(post({ port, path: "/audit", body: BODY })).rejects.toThrow();
  });

  it("uses a renewed certificate without a restart, and keeps the old one while the new is half written", async () => {
    const hook = await aGuarded(TOKENS, { renewMs: 10 });
    const headers = { authorization: "Bearer first-token" };
    const trustTheirs = { headers, tls: { ca: theirs.ca } };
    await copyFile(theirs.server.certFile, join(hook.folder, "server.pem"));
    expect(await hook.send(trustTheirs)).toBe("cut");
    expect(await hook.send({ headers })).toBe(200);
    await copyFile(theirs.server.keyFile, join(hook.folder, "server.key"));
    await expect.poll(() => hook.send(trustTheirs)).toBe(200);
    expect(await hook.send({ headers })).toBe("cut");
  });
});
