import { describe, expect, it } from "vitest";
import {
  AGENT,
  approved,
  aPolicy,
  aVendor,
  kubernetes,
  LEAF,
  teleport,
} from "../../../support/correlate.ts";
import { createTestLine, type TestLine } from "../../../support/correlate-line.ts";

const dana = "dana@vendor.example";

function lineAtEnd(networks: readonly string[] = []): TestLine {
  const line = createTestLine({ policy: aPolicy({ vendors: [aVendor({ networks })] }) });
  line.advance({ evidence: Infinity });
  return line;
}

describe("standing-access", () => {
  it("C5 one per person and day, for agents none", () => {
    const line = lineAtEnd();
    const base = { user: AGENT, as: dana, asGroups: ["v:base"] };
    line.feed(
      kubernetes({ ...base, at: 0 }),
      kubernetes({ ...base, at: 60 }),
      kubernetes({ ...base, at: 60, as: "eve@vendor.example" }),
      kubernetes({ ...base, at: 86_400 }),
      kubernetes({ at: 60, user: AGENT }),
      teleport({ event: "session.start", at: 60, user: dana, sessionId: "s", accessRequests: [] }),
    );
    const found = line.findings("standing-access").map(({ detail }) => detail);
    expect(found).toHaveLength(3);
    expect(found[0]).toMatchObject({ finding: { severity: "info", subject: dana } });
  });
});

describe("interactive-access through Teleport", () => {
  const ssh = { user: dana, at: 20, accessRequests: ["r1"], protocol: "ssh", sessionId: "s" };

  function rules(...records: readonly Parameters<typeof teleport>[0][]): readonly string[] {
    const line = lineAtEnd();
    line.feed(approved("r1", { roles: ["metal"] }));
    line.feed(records.map((record) => teleport(record)));
    line.advance({ evidence: Infinity, isEvidenceIdle: true });
    return line
      .findings()
      .map(({ action }) => action.name)
      .filter((rule) => !rule.startsWith("action-"));
  }

  it("one per session on a host, whatever happens in it", () => {
    const other = { ...ssh, sessionId: "t" };
    expect(
      rules(
        { ...ssh, event: "session.start" },
        { ...ssh, event: "exec", status: "failure" },
        { ...ssh, event: "session.end" },
        { ...other, event: "exec", status: "failure" },
      ),
    ).toEqual(["interactive-access", "interactive-access"]);
  });

  it("copies of files have no session: one per person and host", () => {
    const copy = { ...ssh, sessionId: null, event: "sftp" };
    expect(
      rules(
        { ...copy, serverId: "h1" },
        { ...copy, at: 21, serverId: "h1" },
        { ...copy, serverId: "h2" },
        { ...copy, serverId: "h3", status: "failure" },
      ),
    ).toEqual(["interactive-access", "interactive-access"]);
  });

  it("none for Kubernetes, whose own audit event says whether the server let it happen", () => {
    const kube = { ...ssh, protocol: "kube", kubernetesCluster: "prod" };
    expect(
      rules(
        { ...kube, event: "session.start" },
        { ...kube, event: "exec", protocol: null },
        { ...kube, event: "port", kubernetesCluster: null, sessionId: null },
        { ...kube, event: "kube.request", method: "GET", target: { kind: "secrets" } },
      ),
    ).toEqual([]);
  });

  it("one for who joins a colleague's session, none for who leaves one in a pod", () => {
    const join = { ...ssh, protocol: null, event: "session.join" };
    expect(rules({ ...join, addressRemote: "203.0.113.9:50000" })).toEqual(["interactive-access"]);
    expect(rules({ ...join, login: "root", addressRemote: "pretrain-0" })).toEqual([]);
  });

  it("none where nobody got in", () => {
    expect(rules({ ...ssh, event: "session.rejected", status: "denied" })).toEqual([]);
  });
});

describe("off-network", () => {
  const NETWORKS = ["203.0.113.0/24", "2001:db8::/32"];
  const direct = { at: 20, user: dana, groups: ["v:admins"] };
  const ssh = { event: "session.start", at: 20, user: dana, sessionId: "s", protocol: "ssh" };

  function rules(line: TestLine): number {
    return line.findings("off-network").length;
  }

  it("is one per person, address and day", () => {
    const line = lineAtEnd(NETWORKS);
    line.feed(
      kubernetes({ ...direct, sourceAddress: "198.51.100.7" }),
      kubernetes({ ...direct, at: 21, sourceAddress: "198.51.100.7" }),
      kubernetes({ ...direct, sourceAddress: "2001:db9::1" }),
      kubernetes({ ...direct, user: "eve@vendor.example", sourceAddress: "198.51.100.7" }),
      kubernetes({ ...direct, at: 86_420, sourceAddress: "198.51.100.7" }),
    );
    expect(rules(line)).toBe(4);
    expect(line.findings("off-network")[0]?.detail).toMatchObject({
      finding: { severity: "medium", subject: dana },
    });
  });

  it.each([
    ["inside", kubernetes({ ...direct, sourceAddress: "203.0.113.9" })],
    ["inside, by IPv6", kubernetes({ ...direct, sourceAddress: "2001:db8:1::1" })],
    ["without an address", kubernetes(direct)],
    ["of what is no address", kubernetes({ ...direct, sourceAddress: "@" })],
    [
      "the agent's address",
      kubernetes({ at: 20, user: AGENT, as: dana, sourceAddress: "10.0.0.1" }),
    ],
    ["a session from inside", teleport({ ...ssh, addressRemote: "203.0.113.9:50000" })],
    [
      "a session that a host recorded",
      teleport({ ...ssh, addressRemote: "198.51.100.7:1", isRecorded: true }),
    ],
    [
      "the cut server's address",
      teleport({ ...ssh, event: "client.disconnect", addressRemote: "198.51.100.7:1" }),
    ],
    [
      "the root's tunnel",
      teleport({
        event: "kube.request",
        at: 20,
        user: dana,
        cluster: LEAF,
        protocol: "kube",
        addressRemote: "127.0.0.1:34336",
      }),
    ],
    [
      "a login that failed",
      teleport({
        event: "user.login",
        at: 20,
        user: dana,
        status: "failure",
        addressRemote: "198.51.100.7:1",
      }),
    ],
  ])("is none for %s", (_, event) => {
    const line = lineAtEnd(NETWORKS);
    line.feed(event);
    line.advance({ evidence: Infinity, isEvidenceIdle: true });
    expect(rules(line)).toBe(0);
  });

  it.each(["session.start", "kube.request", "user.login"])(
    "behind an agent Teleport's %s tells",
    (event) => {
      const line = lineAtEnd(NETWORKS);
      line.feed(teleport({ ...ssh, event, addressRemote: "198.51.100.7:50000" }));
      line.advance({ evidence: Infinity, isEvidenceIdle: true });
      expect(rules(line)).toBe(1);
    },
  );

  it("is none where no networks are configured", () => {
    const line = lineAtEnd();
    line.feed(kubernetes({ ...direct, sourceAddress: "198.51.100.7" }));
    expect(rules(line)).toBe(0);
  });
});
