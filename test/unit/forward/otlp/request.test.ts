import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { authHeaders, logsUrl, requestHeaders } from "../../../../src/forward/otlp/request.ts";
import { Secret } from "../../../../src/model/secret.ts";
import { OTLP_DEFAULTS } from "../../../support/otlp-sink.ts";

describe("the URL of a request", () => {
  it.each([
    ["http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/logs"],
    ["http://127.0.0.1:4318/", "http://127.0.0.1:4318/v1/logs"],
    ["https://siem.example/otlp", "https://siem.example/otlp/v1/logs"],
    ["https://siem.example/otlp/v1/logs/", "https://siem.example/otlp/v1/logs"],
    ["https://siem.example/v1/logs?tenant=1", "https://siem.example/v1/logs?tenant=1"],
  ])("of %s is %s", (endpoint, url) => {
    expect(logsUrl(endpoint).href).toBe(url);
  });
});

describe("the headers of a request", () => {
  it("name the version of the package", () => {
    const file = new URL("../../../../package.json", import.meta.url);
    const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
    const headers = requestHeaders({ ...OTLP_DEFAULTS, endpoint: "http://127.0.0.1:4318" });
    expect(headers["user-agent"]).toBe(`chaperone/${version}`);
  });

  it("carry the secrets of each kind of authentication", () => {
    expect(authHeaders(null)).toEqual({});
    expect(authHeaders({ kind: "basic", username: "ada", password: new Secret("pa:ss") })).toEqual({
      authorization: "Basic YWRhOnBhOnNz",
    });
    expect(authHeaders({ kind: "bearer", token: new Secret("t0ken") })).toEqual({
      authorization: "Bearer t0ken",
    });
    expect(authHeaders({ kind: "headers", headers: { "X-Api-Key": new Secret("k") } })).toEqual({
      "x-api-key": "k",
    });
  });

  it("say what the body is, whatever the configuration sets", () => {
    const headers = requestHeaders({
      endpoint: "http://127.0.0.1:4318",
      protocol: "http/protobuf",
      compression: "gzip",
      tls: null,
      auth: { kind: "headers", headers: { "Content-Type": new Secret("text/plain") } },
      timeoutMs: 1_000,
    });
    expect(headers).toMatchObject({
      "content-type": "application/x-protobuf",
      "content-encoding": "gzip",
    });
  });
});
