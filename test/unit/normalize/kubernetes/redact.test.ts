import { describe, expect, it } from "vitest";
import { redactUri } from "../../../../src/normalize/kubernetes/redact.ts";

const EXEC = "/api/v1/namespaces/prod/pods/web-0/exec";
const encode = (command: readonly string[]): string =>
  `${EXEC}?${command.map((a) => `command=${encodeURIComponent(a)}`).join("&")}&stdout=true`;
const commandOf = (uri: string): readonly string[] =>
  new URLSearchParams(uri.slice(uri.indexOf("?"))).getAll("command");

describe("redactUri", () => {
  it.each<readonly [readonly string[], readonly string[]]>([
    [
      ["sh", "-c", "PGPASSWORD=hunter2 psql -h db"],
      ["sh", "-c", "PGPASSWORD=[redacted] psql -h db"],
    ],
    [
      ["sh", "-c", "export API_KEY='a b' && run"],
      ["sh", "-c", "export API_KEY=[redacted] && run"],
    ],
    [
      ["mysql", "-uroot", "-phunter2"],
      ["mysql", "-uroot", "-p[redacted]"],
    ],
    [
      ["vault", "login", "--token", "s.1234"],
      ["vault", "login", "--token", "[redacted]"],
    ],
    [
      ["tool", "--client-secret=abc", "--out=x"],
      ["tool", "--client-secret=[redacted]", "--out=x"],
    ],
    [
      ["curl", "-u", "nora:hunter2", "https://x"],
      ["curl", "-u", "nora:[redacted]", "https://x"],
    ],
    [
      ["curl", "-H", "Authorization: Bearer abcdefghijk"],
      ["curl", "-H", "Authorization: [redacted]"],
    ],
    [
      ["psql", "postgres://app:hunter2@db:5432/app"],
      ["psql", "postgres://app:[redacted]@db:5432/app"],
    ],
    [
      ["sh", "-c", "login --password hunter2 now"],
      ["sh", "-c", "login --password [redacted] now"],
    ],
    [
      ["echo", '{"password":"hunter2","user":"a"}'],
      ["echo", '{"password":[redacted],"user":"a"}'],
    ],
    [
      ["run", "eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl"],
      ["run", "[redacted]"],
    ],
  ])("takes the secret out of %j", (command, expected) => {
    const { uri, redacted } = redactUri(encode(command));
    expect(commandOf(uri)).toEqual(expected);
    expect(redacted).toEqual(["detail.kubernetes.requestUri"]);
    expect(uri).toContain("&stdout=true");
  });

  it.each([
    `${EXEC}?command=cat&command=%2Fvar%2Frun%2Fsecrets%2Ftoken&stdout=true`,
    `${EXEC}?command=ls+-la&command=a%20b`,
    "/api/v1/secrets?limit=500&continue=eyJ2IjoibWV0YS5rOHMu",
    "/api/v1/pods?labelSelector=key%3Dvalue",
    "/api/v1/namespaces/prod/secrets/db-password",
    `${EXEC}?command=%FF%`,
    "",
    "?",
  ])("leaves %j as it was written", (uri) => {
    expect(redactUri(uri)).toEqual({ uri, redacted: [] });
  });

  it.each(["access_token", "token", "Password", "client_secret", "X-Amz-Security-Token"])(
    "takes the value of the parameter %s out",
    (name) => {
      const { uri } = redactUri(`/api/v1/nodes/n/proxy/logs?a=1&${name}=hunter2&b=2`);
      expect(uri).toBe(`/api/v1/nodes/n/proxy/logs?a=1&${name}=%5Bredacted%5D&b=2`);
    },
  );

  it("takes secrets out of a command line of the kubelet", () => {
    const { uri } = redactUri("/api/v1/nodes/n/proxy/run/ns/pod/c?cmd=env+DB_PASSWORD%3Dhunter2");
    expect(uri).not.toContain("hunter2");
  });

  it("is not slowed down by a hostile command line of a megabyte", () => {
    const parts = [
      "token",
      "password=",
      "-token-",
      "eyJaaaaaaaaaa-",
      "a:b:",
      "bearer ",
      '"token":',
    ];
    for (const part of parts) {
      const argument = part.repeat(Math.ceil(16_000 / part.length));
      const startedAt = performance.now();
      redactUri(encode(Array.from({ length: 64 }, () => argument)));
      expect(performance.now() - startedAt).toBeLessThan(2_000);
    }
  });

  it("leaves an argument out that is too long to search", () => {
    expect(commandOf(redactUri(encode(["sh", "x".repeat(16_385)])).uri)).toEqual([
      "sh",
      "[redacted]",
    ]);
    expect(redactUri(encode(["sh", "x".repeat(16_384)])).redacted).toEqual([]);
  });
});
