import { describe, expect, it } from "vitest";
import {
  aPolicy,
  approved,
  at,
  AGENT,
  aVendor,
  kubernetes,
  LEAF,
  ROOT,
  teleport,
} from "../../../support/correlate.ts";
import { createTestLine } from "../../../support/correlate-line.ts";

const dana = "dana@vendor.example";
const viewer = { asGroups: ["v:base", "v:viewers"] };

describe("whose event it is", () => {
  it("W1a an agent's event is the vendor's, whoever it impersonates", () => {
    const line = createTestLine();
    const { entries } = line.feed(kubernetes({ id: "e", at: 20, user: AGENT, as: "root" }));
    expect(entries[0]?.event.labels["vendor"]).toBe("example-cloud");
  });

  it("W1b an event is the vendor's when its user fits a pattern of users or bots", () => {
    const line = createTestLine();
    const { entries } = line.feed(
      kubernetes({ id: "person", at: 20, user: dana, groups: ["v:base"] }),
      kubernetes({ id: "bot", at: 20, user: "bot-inventory", groups: ["v:base"] }),
      teleport({ id: "ssh", event: "session.rejected", at: 20, user: "bot-inventory" }),
    );
    const own = entries.filter(({ event }) => event.original !== null);
    expect(own.map(({ event }) => event.labels["vendor"])).toEqual(Array(3).fill("example-cloud"));
  });

  it("W1c a certificate with a group of a vendor's role is the vendor's, and its name the principal", () => {
    const line = createTestLine();
    line.feed(kubernetes({ id: "e", at: 20, user: "00ub1n8v3W", groups: ["v:operators"] }));
    line.evidenceUpTo(30);
    expect(line.verdict("e")).toMatchObject({ coverage: "uncovered" });
    expect(line.findings()[0]?.detail).toMatchObject({ finding: { subject: "00ub1n8v3W" } });
  });

  it("W2 a leaf's name of a root user is the same person", () => {
    const line = createTestLine();
    const leafName = `remote-${dana}-${ROOT}`;
    line.feed(approved("r1"));
    line.feed(
      teleport({
        id: "leaf",
        event: "kube.request",
        at: 20,
        cluster: LEAF,
        user: leafName,
        kubernetesGroups: ["v:viewers"],
        kubernetesCluster: "prod",
        method: "GET",
        target: { kind: "pods" },
      }),
      kubernetes({ id: "k8s", at: 20, user: AGENT, as: leafName, ...viewer }),
    );
    line.evidenceUpTo(30);
    expect(line.verdict("leaf")).toMatchObject({ grants: ["r1"], coverage: "covered" });
    expect(line.verdict("k8s")).toMatchObject({ grants: ["r1"], coverage: "covered" });
  });

  it("W2 a name with the suffix of no root cluster is nobody's alias", () => {
    const line = createTestLine();
    line.feed(approved("r1"));
    line.feed(
      kubernetes({ id: "e", at: 20, user: AGENT, as: `remote-${dana}-other.example`, ...viewer }),
    );
    line.evidenceUpTo(30);
    expect(line.verdict("e")).toMatchObject({ grants: [], coverage: "uncovered" });
  });

  it("W2 a request that was made through a leaf is the person's own", () => {
    const line = createTestLine();
    line.feed(approved("r1", { user: `remote-${dana}-${ROOT}` }));
    line.feed(kubernetes({ id: "e", at: 20, user: dana, groups: ["v:viewers"] }));
    line.evidenceUpTo(30);
    expect(line.verdict("e")).toMatchObject({ grants: ["r1"] });
  });

  it("W2 of two root clusters whose names both fit the longer one is meant", () => {
    const clusters = ["b.example", "a-b.example"];
    const line = createTestLine({ policy: aPolicy({ vendors: [aVendor({ clusters })] }) });
    line.feed(approved("r1"));
    const as = `remote-${dana}-a-b.example`;
    line.feed(kubernetes({ id: "e", at: 20, user: AGENT, as, ...viewer }));
    line.evidenceUpTo(30);
    expect(line.verdict("e")).toMatchObject({ grants: ["r1"] });
  });

  it("W3 the grants are those of the impersonated user, and the event keeps both names", () => {
    const line = createTestLine();
    line.feed(approved("r1"));
    line.feed(kubernetes({ id: "e", at: 20, user: AGENT, as: dana, ...viewer }));
    line.evidenceUpTo(30);
    expect(line.verdict("e")).toMatchObject({ grants: ["r1"], method: "window" });
    expect(line.journal.at(-1)?.event.actor).toMatchObject({ name: dana, impersonator: AGENT });
  });

  it("W4 the agent's event for one of the organization's people with a certificate then is not-vendor", () => {
    const line = createTestLine();
    const wei = "wei@acme.example";
    line.feed(kubernetes({ id: "e", at: 20, user: AGENT, as: wei, asGroups: ["acme:sre"] }));
    expect(line.verdict("e")).toBeNull();
    line.feed(certificate(wei, { from: 10, until: 100 }));
    expect(line.verdict("e")).toMatchObject({ coverage: "not-vendor", grants: [] });
    expect(line.journal.at(-1)?.event.labels["vendor"]).toBeUndefined();
  });

  it.each([
    ["has no certificate", []],
    ["has one that began later", [certificate("wei@acme.example", { from: 21, until: 100 })]],
    ["has one that is over", [certificate("wei@acme.example", { from: 1, until: 20 })]],
    ["is somebody else", [certificate("ann@acme.example", { from: 1, until: 100 })]],
  ])("W4 it is uncovered when that person %s", (_, certificates) => {
    const line = createTestLine();
    line.feed(certificates);
    line.feed(kubernetes({ id: "e", at: 20, user: AGENT, as: "wei@acme.example" }));
    line.evidenceUpTo(30);
    expect(line.verdict("e")).toMatchObject({ coverage: "uncovered" });
  });

  it("W4 a certificate of another Teleport, where the vendor's agent is not, proves nothing", () => {
    const line = createTestLine();
    const own = certificate("wei@acme.example", { from: 1, until: 100 }, "teleport.acme.example");
    line.feed(own);
    line.feed(kubernetes({ id: "e", at: 20, user: AGENT, as: "wei@acme.example" }));
    line.evidenceUpTo(30);
    expect(line.verdict("e")).toMatchObject({ coverage: "uncovered" });
  });

  it("W4 it is uncovered at once when the name is nobody's that is known", () => {
    const line = createTestLine();
    line.feed(kubernetes({ id: "e", at: 20, user: AGENT, as: "cluster-admin" }));
    expect(line.verdict("e")).toMatchObject({ coverage: "uncovered" });
  });

  it("W5 a vendor's name impersonated by somebody else is not-vendor and passes untouched", () => {
    const line = createTestLine();
    const event = kubernetes({ id: "e", at: 20, user: "proxy@acme.example", as: dana, ...viewer });
    const { entries } = line.feed(event);
    expect(entries[0]?.event).toBe(event.event);
    expect(line.verdict("e")).toMatchObject({ coverage: "not-vendor" });
  });

  it.each([
    ["support@acme.example", [] as string[]],
    ["dana@vendor.example.acme.example", []],
    ["Dana@Vendor.example", []],
    ["xbot-inventory", []],
    ["00ub1n8v3W", ["acme:v:operators", "V:OPERATORS", "v:operators2"]],
    ["system:serviceaccount:teleport:agent2", []],
  ])("W6 %s in %j is not a vendor's although it looks like one", (user, groups) => {
    const line = createTestLine();
    line.feed(kubernetes({ id: "e", at: 20, user, groups }));
    expect(line.verdict("e")).toMatchObject({ coverage: "not-vendor" });
  });

  it("W6 a pattern with a special character of regular expressions means that character", () => {
    const policy = aPolicy({ vendors: [aVendor({ users: ["a.c+*"] })] });
    const line = createTestLine({ policy });
    line.feed(
      kubernetes({ id: "yes", at: 1, user: "a.c+x", groups: ["v:base"] }),
      kubernetes({ id: "no", at: 1, user: "abccx", groups: [] }),
    );
    expect(line.verdict("yes")).toMatchObject({ coverage: "standing" });
    expect(line.verdict("no")).toMatchObject({ coverage: "not-vendor" });
  });

  it("W7 a 401 without a user is unresolved at once", () => {
    const line = createTestLine();
    line.feed(kubernetes({ id: "e", at: 20, user: null, code: 401, stage: "ResponseStarted" }));
    expect(line.verdict("e")).toMatchObject({ coverage: "unresolved", grants: [] });
    expect(line.correlator.heldCount).toBe(0);
  });

  it("W7 a request without a user that is no 401 is nobody's", () => {
    const line = createTestLine();
    line.feed(kubernetes({ id: "e", at: 20, user: null, code: 500 }));
    expect(line.verdict("e")).toMatchObject({ coverage: "not-vendor" });
  });

  describe("W8 RequestReceived", () => {
    const same = { auditId: "a", at: 20, uri: "/api/v1/pods", verb: "list" };
    const received = { ...same, id: "received", stage: "RequestReceived", code: null };
    const response = { ...same, id: "response", as: dana, ...viewer };

    it("takes the verdict of the later stage, in whichever order they come", () => {
      for (const isFirst of [true, false]) {
        const line = createTestLine();
        line.feed(approved("r1"));
        line.evidenceUpTo(30);
        const first = kubernetes({ ...received, user: AGENT });
        const second = kubernetes({ ...response, user: AGENT });
        for (const event of isFirst ? [first, second] : [second, first]) line.feed(event);
        expect(line.verdict("received")).toMatchObject({ grants: ["r1"], coverage: "covered" });
        expect(line.verdict("received")).toEqual(line.verdict("response"));
      }
    });

    it("is not held where both stages are in one batch, and keeps its place", () => {
      const line = createTestLine();
      line.feed(approved("r1"));
      line.evidenceUpTo(30);
      const { entries } = line.feed(
        kubernetes({ ...received, user: AGENT }),
        kubernetes({ ...response, user: AGENT }),
      );
      expect(entries.map(({ kind, event }) => [kind, event.id])).toEqual([
        ["event", "received"],
        ["event", "response"],
      ]);
    });

    it.each([
      ["audit id", { auditId: "b" }],
      ["request URI", { uri: "/api/v1/pods?limit=5" }],
      ["verb", { verb: "watch" }],
      ["time of receipt", { at: 20.000001 }],
    ])("does not take the verdict of a request with another %s", (_, other) => {
      const line = createTestLine();
      line.feed(approved("r1"));
      line.evidenceUpTo(30);
      line.feed(kubernetes({ ...received, user: AGENT }));
      line.feed(kubernetes({ ...response, user: AGENT, ...other }));
      expect(line.verdict("received")).toBeNull();
    });

    it("takes the verdict of the last stage that was judged", () => {
      const line = createTestLine();
      line.feed(approved("r1"));
      line.evidenceUpTo(30);
      const refused = { code: 403, decision: "forbid" };
      line.feed(kubernetes({ ...response, id: "started", user: AGENT, stage: "ResponseStarted" }));
      line.feed(kubernetes({ ...response, user: AGENT, ...refused }));
      line.feed(kubernetes({ ...received, user: AGENT }));
      expect(line.verdict("received")).toMatchObject({ coverage: "outside-role" });
    });

    it("of an agent is unresolved where no later stage comes", () => {
      const line = createTestLine();
      line.feed(kubernetes({ ...received, user: AGENT }));
      line.advance({ evidence: Infinity, isEvidenceIdle: true, hasEnded: false });
      expect(line.verdict("received")).toBeNull();
      line.advance({ evidence: Infinity, isEvidenceIdle: true, hasEnded: true });
      expect(line.verdict("received")).toMatchObject({ coverage: "unresolved" });
    });

    it("of an agent for the organization's own people ends as not-vendor", () => {
      const line = createTestLine();
      const wei = "wei@acme.example";
      line.feed(certificate(wei, { from: 1, until: 100 }));
      line.feed(kubernetes({ ...received, user: AGENT }));
      line.feed(kubernetes({ ...same, id: "response", user: AGENT, as: wei }));
      expect(line.verdict("received")).toMatchObject({ coverage: "not-vendor" });
      expect(line.journal.at(-1)?.event.labels["vendor"]).toBeUndefined();
    });
  });

  it("W9 an agent's own request is standing at once, and the agent its principal", () => {
    const line = createTestLine();
    line.feed(kubernetes({ id: "e", at: 20, user: AGENT, verb: "get", resource: "pods" }));
    expect(line.verdict("e")).toMatchObject({ coverage: "standing", grants: [], method: "none" });
  });
});

function certificate(
  user: string,
  { from, until }: { readonly from: number; readonly until: number },
  cluster: string = ROOT,
): ReturnType<typeof teleport> {
  return teleport({
    event: "cert.create",
    cluster,
    at: from,
    certificate: {
      user,
      roles: [],
      accessRequests: [],
      kubernetesUsers: [],
      kubernetesGroups: [],
      kubernetesCluster: null,
      expires: at(until),
    },
  });
}
