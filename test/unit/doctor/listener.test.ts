import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { CheckResult, Surgery } from "../../../src/doctor/check.ts";
import { checkListener } from "../../../src/doctor/listener.ts";
import type { ServerTls } from "../../../src/model/http.ts";
import { Secret } from "../../../src/model/secret.ts";
import { systemClock } from "../../../src/platform/clock.ts";
import { nodeDisk } from "../../../src/platform/disk.ts";
import { makeCertificates } from "../../support/containers/tls.ts";
import { temporaryFolder } from "../../support/disk.ts";
import { createHttpDestination } from "../../support/http-destination.ts";

/** The results for an address, taken or not, with or without a process of ours that runs. */
async function look(
  port: number,
  { isOurs, tls = null }: { readonly isOurs: boolean; readonly tls?: ServerTls | null },
): Promise<readonly CheckResult[]> {
  const home = join(await temporaryFolder(), "acme");
  mkdirSync(home);
  if (isOurs) writeFileSync(join(home, "chaperone.pid"), `${process.pid}\n`);
  const surgery = { home, clock: systemClock, disk: nodeDisk } as Surgery;
  return checkListener(surgery, "hook", { listen: { host: "127.0.0.1", port }, tls });
}

async function aServer(): Promise<{ readonly port: number; readonly close: () => Promise<void> }> {
  const server = await createHttpDestination();
  onTestFinished(() => server.close());
  return { port: Number(new URL(server.url).port), close: () => server.close() };
}

describe("the address that a source is sent to", () => {
  it("is free before the service runs, and answers while it does", async () => {
    const { port, close } = await aServer();
    const running = await look(port, { isOurs: true });
    expect(running).toMatchObject([{ check: "listener", of: "hook", state: "ok" }]);
    await close();
    const before = await look(port, { isOurs: false });
    expect(before).toMatchObject([{ state: "ok", seen: `"127.0.0.1:${port}" is free` }]);
  });

  it("is a problem where somebody else has it, or the service that runs does not", async () => {
    const { port, close } = await aServer();
    expect(await look(port, { isOurs: false })).toMatchObject([{ state: "problem" }]);
    await close();
    expect(await look(port, { isOurs: true })).toMatchObject([{ state: "problem" }]);
  });

  it("has certificates that are looked at as the files are now", async () => {
    const certificates = await makeCertificates();
    onTestFinished(() => certificates.remove());
    const { cert, key } = certificates.server;
    const tls = (certificate: string): ServerTls => ({
      read: () => ({ certificate, key: new Secret(key), clientAuthority: certificates.ca }),
      needsClientCertificate: true,
    });
    const { port, close } = await aServer();
    await close();
    const good = await look(port, { isOurs: false, tls: tls(cert) });
    expect(good.filter(({ check }) => check === "certificate")).toHaveLength(2);
    expect(good.some(({ state }) => state === "problem")).toBe(false);
    const bad = await look(port, { isOurs: false, tls: tls("no PEM") });
    expect(bad.filter(({ state }) => state === "problem")).toHaveLength(1);
    const gone: ServerTls = {
      read: () => {
        throw new Error("Cannot read the key");
      },
      needsClientCertificate: false,
    };
    expect(await look(port, { isOurs: false, tls: gone })).toContainEqual({
      check: "certificate",
      of: "hook",
      state: "problem",
      seen: "Cannot read the key",
      remedy: "See to the files that tls names, and to their permissions",
    });
  });
});
