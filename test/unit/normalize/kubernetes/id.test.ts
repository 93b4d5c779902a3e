import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { kubernetesEventId } from "../../../../src/normalize/kubernetes/id.ts";

const HEAD = '{"kind":"Event","apiVersion":"audit.k8s.io/v1",';
const REST = '"level":"Metadata","auditID":"a","stage":"ResponseComplete"}';
const idOf = (text: string, cluster = "prod"): string =>
  kubernetesEventId(cluster, Buffer.from(text));

describe("the id of a Kubernetes event", () => {
  it("is SHA-256 over the cluster and the bytes after kind and apiVersion", () => {
    const expected = createHash("sha256").update(`prod\n${REST}`).digest("hex");
    expect(idOf(HEAD + REST)).toBe(expected);
  });

  it("is one for a file line and the item of a webhook's EventList", () => {
    expect(idOf(`{${REST}`)).toBe(idOf(HEAD + REST));
    expect(idOf(`${HEAD.replace("/v1", "/v1beta1")}${REST}`)).toBe(idOf(HEAD + REST));
  });

  it("is one for both forms with a version of up to 16 characters; a longer one counts as a part of the event", () => {
    const versioned = (length: number): string =>
      HEAD.replace("/v1", `/${"v".repeat(length)}`) + REST;
    for (const length of [15, 16]) expect(idOf(versioned(length))).toBe(idOf(`{${REST}`));
    expect(idOf(versioned(17))).not.toBe(idOf(`{${REST}`));
  });

  it("does not change with white space around the record", () => {
    expect(idOf(` ${HEAD}${REST}\r`)).toBe(idOf(HEAD + REST));
  });

  it("changes with the cluster, and with any byte of the event", () => {
    const ids = [
      idOf(HEAD + REST),
      idOf(HEAD + REST, "stage"),
      idOf(HEAD + REST.replace("ResponseComplete", "ResponseStarted")),
      idOf(HEAD + REST.replace('"level"', ' "level"')),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("is the same for records above the size of the shared buffer", () => {
    const long = `${REST.slice(0, -1)},"body":"${"é".repeat(100_000)}"}`;
    const expected = createHash("sha256").update(`prod\n${long}`).digest("hex");
    expect(idOf(HEAD + long)).toBe(expected);
    expect(idOf(HEAD + REST)).toBe(idOf(`{${REST}`));
  });

  it.each(["", "  ", "{", '{"kind":"Event","apiVersion":"audit.k8s.io/', HEAD, "not json"])(
    "exists for %j",
    (text) => {
      expect(idOf(text)).toMatch(/^[\da-f]{64}$/);
    },
  );
});
