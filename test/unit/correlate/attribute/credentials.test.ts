import { describe, expect, it } from "vitest";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import { AGENT, approved, kubernetes, request, teleport } from "../../../support/correlate.ts";
import { createTestLine, type TestLine } from "../../../support/correlate-line.ts";

const DANA = "dana@vendor.example";
const PROBE = "system:serviceaccount:ml:probe";
const CSRS = "certificatesigningrequests.certificates.k8s.io";

type Call = Partial<Parameters<typeof kubernetes>[0]>;

/** Done by Dana under an operator's grant, unless it says otherwise. */
function make(resource: string, call: Call = {}): NormalizedEvent {
  return kubernetes({
    id: "make",
    at: 20,
    user: DANA,
    groups: ["v:operators"],
    verb: "create",
    code: 201,
    resource,
    namespace: "ml",
    name: "probe",
    ...call,
  });
}

function use(call: Call = {}): NormalizedEvent {
  return kubernetes({ id: "use", at: 30, user: PROBE, ...call });
}

function lineWithGrant(expires = 1_000): TestLine {
  const line = createTestLine();
  line.advance({ evidence: Infinity, isEvidenceIdle: true, hasEnded: false });
  line.feed(approved("r1", { roles: ["operator"], expires }));
  return line;
}

describe("M3 a credential that a vendor's action made", () => {
  it("W1 makes its use the vendor's, under the grant of the event that made it", () => {
    const line = lineWithGrant();
    line.feed(make("serviceaccounts"), use());
    expect(line.verdict("use")).toMatchObject({
      method: "credential",
      coverage: "covered",
      grants: ["r1"],
    });
    const used = line.journal.find(({ event }) => event.id === "use");
    expect(used?.event.labels["vendor"]).toBe("example-cloud");
  });

  it("never acts under its maker's later grants", () => {
    const line = lineWithGrant(100);
    line.feed(make("serviceaccounts"));
    line.feed(approved("r2", { roles: ["operator"], requested: 150, approved: 160 }));
    line.feed(use({ at: 200 }));
    expect(line.verdict("use")).toMatchObject({ coverage: "after-expiry", related: ["r1"] });
  });

  it("is judged by what the role permits", () => {
    const line = lineWithGrant();
    line.feed(make("serviceaccounts"), use({ verb: "get", resource: "secrets" }));
    expect(line.verdict("use")).toMatchObject({ coverage: "outside-role", grants: ["r1"] });
  });

  it("follows the verdict of the event that made it", () => {
    const line = lineWithGrant();
    line.feed(make("serviceaccounts"), use());
    line.feed(request("r1", "delete", { at: 15 }));
    expect(line.finalVerdict("make")).toMatchObject({ coverage: "after-revocation" });
    expect(line.finalVerdict("use")).toMatchObject({
      coverage: "after-revocation",
      related: ["r1"],
    });
  });

  it("is its maker's, under the grant of its making, also when so much came that the event is not kept any more", () => {
    const line = lineWithGrant();
    line.feed(make("serviceaccounts"));
    line.ledger.judged.remove("make");
    line.feed(use());
    expect(line.verdict("use")).toMatchObject({ coverage: "covered", grants: ["r1"] });
    const used = line.journal.find(({ event }) => event.id === "use");
    expect(used?.event.labels).toMatchObject({ vendor: "example-cloud", principal: DANA });
  });

  it("follows the last verdict of the event that made it, kept or not", () => {
    const line = lineWithGrant();
    line.feed(make("serviceaccounts"));
    line.feed(request("r1", "delete", { at: 15 }));
    line.ledger.judged.remove("make");
    line.feed(use());
    expect(line.verdict("use")).toMatchObject({ coverage: "after-revocation", related: ["r1"] });
  });

  it("is uncovered, and says which request it was made under, when nothing of that is kept any more", () => {
    const line = lineWithGrant();
    line.feed(make("serviceaccounts"));
    const later = line.restart();
    later.ledger.judged.remove("make");
    later.ledger.grants.remove("r1");
    later.feed(approved("r2", { roles: ["operator"], requested: 22, approved: 25 }));
    later.advance({ evidence: Infinity, isEvidenceIdle: true, hasEnded: false });
    later.feed(use());
    expect(later.verdict("use")).toMatchObject({
      method: "credential",
      coverage: "uncovered",
      related: ["r1"],
    });
  });

  it("made without a grant is uncovered", () => {
    const line = createTestLine();
    line.advance({ evidence: Infinity, isEvidenceIdle: true, hasEnded: false });
    line.feed(make("serviceaccounts"), use());
    expect(line.verdict("use")).toMatchObject({ coverage: "uncovered", method: "credential" });
  });

  it("makes others in turn, which act under the same grant", () => {
    const line = lineWithGrant();
    line.feed(make("serviceaccounts"));
    line.feed(
      make("serviceaccounts", { id: "second", at: 25, user: PROBE, groups: [], name: "other" }),
    );
    line.feed(use({ user: "system:serviceaccount:ml:other" }));
    expect(line.verdict("use")).toMatchObject({ coverage: "covered", grants: ["r1"] });
  });

  it.each<[string, Call]>([
    ["was refused", { code: 403, decision: "forbid" }],
    ["was a dry run", { uri: "/api/v1/namespaces/ml/serviceaccounts?dryRun=All" }],
    ["is somebody else's", { user: "wei@acme.example", groups: [] }],
    ["was made later", { at: 40 }],
    ["is another account", { name: "probe-2" }],
    ["is on another cluster", { cluster: "staging" }],
  ])("is none where the making %s", (_, call) => {
    const line = lineWithGrant();
    line.feed(make("serviceaccounts", call), use());
    expect(line.verdict("use")).toMatchObject({ coverage: "not-vendor" });
  });

  it("is its maker's by its id, whosever name it bears: an agent's, or a colleague's", () => {
    const line = lineWithGrant(100);
    line.feed(approved("r2", { user: "bob@vendor.example", roles: ["operator"] }));
    const [, , namespace = "", name = ""] = AGENT.split(":");
    const agent = { namespace, name };
    line.feed(make("serviceaccounts/token", { ...agent, issued: "JTI=x" }));
    const stolen = { user: AGENT, credentialId: "JTI=x" };
    line.feed(use({ id: "own", at: 50, ...stolen }));
    line.feed(
      use({ id: "as", at: 200, ...stolen, as: "bob@vendor.example", asGroups: ["v:operators"] }),
    );
    line.feed(use({ id: "agents", at: 50, user: AGENT, credentialId: "JTI=y" }));
    expect(line.verdict("own")).toMatchObject({ method: "credential", grants: ["r1"] });
    expect(line.verdict("as")).toMatchObject({ coverage: "after-expiry", related: ["r1"] });
    expect(line.verdict("agents")).toMatchObject({ coverage: "standing" });
  });

  it("counts where server-side apply made the account", () => {
    const line = lineWithGrant();
    line.feed(make("serviceaccounts", { verb: "patch", code: 201 }), use());
    expect(line.verdict("use")).toMatchObject({ method: "credential", grants: ["r1"] });
  });

  it.each(["?fieldManager=dryRun=", "?xdryRun=All", "?dryRun=Some"])(
    "counts although the query %s looks like a dry run's",
    (query) => {
      const line = lineWithGrant();
      line.feed(
        make("serviceaccounts", { uri: `/api/v1/namespaces/ml/serviceaccounts${query}` }),
        use(),
      );
      expect(line.verdict("use")).toMatchObject({ method: "credential", grants: ["r1"] });
    },
  );

  it("counts where the agent made it as somebody of the organization who was not there", () => {
    const line = lineWithGrant();
    const as = { user: AGENT, groups: [], as: "carol@acme.example" };
    line.feed(make("serviceaccounts", as), use());
    expect(line.verdict("use")).toMatchObject({ coverage: "uncovered", method: "credential" });
  });

  it("is the organization's where the agent made it for one of its people (W4)", () => {
    const line = lineWithGrant();
    const carol = "carol@acme.example";
    const certificate = {
      user: carol,
      roles: [],
      accessRequests: [],
      kubernetesUsers: [],
      kubernetesGroups: [],
      kubernetesCluster: null,
      expires: null,
    };
    line.feed(teleport({ event: "cert.create", at: 1, certificate }));
    line.feed(make("serviceaccounts", { user: AGENT, groups: [], as: carol }), use());
    expect(line.verdict("use")).toMatchObject({ coverage: "not-vendor" });
  });

  it("ends when the account is made anew by somebody else", () => {
    const line = lineWithGrant();
    line.feed(make("serviceaccounts"));
    line.feed(
      make("serviceaccounts", { id: "anew", at: 25, user: "wei@acme.example", groups: [] }),
    );
    line.feed(use());
    expect(line.verdict("use")).toMatchObject({ coverage: "not-vendor" });
  });

  it("of an account that others use too counts only where the event carries the token's id", () => {
    const line = lineWithGrant();
    line.feed(make("serviceaccounts/token", { issued: "JTI=a" }));
    line.feed(
      use({ id: "with", credentialId: "JTI=a" }),
      use({ id: "other", credentialId: "JTI=b" }),
    );
    line.feed(use({ id: "without" }));
    expect(line.verdict("with")).toMatchObject({ method: "credential", grants: ["r1"] });
    expect(line.verdict("other")).toMatchObject({ coverage: "not-vendor" });
    expect(line.verdict("without")).toMatchObject({ coverage: "not-vendor" });
  });

  describe("by a certificate request", () => {
    const named = { userName: "scraper", isSigned: false, isDenied: false, credentialId: null };
    const signing = (more: Partial<typeof named> = {}): Call => ({
      signing: { ...named, ...more },
    });
    const approval = make(`certificatesigningrequests/approval.certificates.k8s.io`, {
      id: "approval",
      at: 22,
      user: "wei@acme.example",
      groups: [],
      verb: "update",
      code: 200,
      ...signing({ userName: "" }),
    });

    it("counts once it is approved, whoever approves it", () => {
      const line = lineWithGrant();
      line.feed(make(CSRS, signing()));
      line.feed(use({ id: "before", user: "scraper" }));
      line.feed(kubernetesApproval(signing({ userName: "scraper" })));
      line.feed(use({ user: "scraper" }));
      expect(line.verdict("before")).toMatchObject({ coverage: "not-vendor" });
      expect(line.verdict("use")).toMatchObject({ method: "credential", grants: ["r1"] });
    });

    it("does not count while it is denied", () => {
      const line = lineWithGrant();
      line.feed(make(CSRS, signing()), kubernetesApproval(signing({ isDenied: true })));
      line.feed(use({ user: "scraper" }));
      expect(line.verdict("use")).toMatchObject({ coverage: "not-vendor" });
    });

    it("in the name of one of the organization's people counts only by the certificate's id", () => {
      const line = lineWithGrant();
      const userName = "wei@acme.example";
      line.feed(make(CSRS, signing({ userName })), kubernetesApproval(signing({ userName })));
      line.feed(use({ id: "own", user: userName }));
      expect(line.verdict("own")).toMatchObject({ coverage: "not-vendor" });
      const signed = { userName, isSigned: true, isDenied: false, credentialId: "X509SHA256=aa" };
      line.feed(kubernetesApproval({ signing: signed }));
      line.feed(use({ id: "theirs", user: userName, credentialId: "X509SHA256=bb" }));
      line.feed(use({ user: userName, credentialId: "X509SHA256=aa" }));
      expect(line.verdict("theirs")).toMatchObject({ coverage: "not-vendor" });
      expect(line.verdict("use")).toMatchObject({ method: "credential", grants: ["r1"] });
    });

    function kubernetesApproval(call: Call): NormalizedEvent {
      const { facts, event } = approval;
      if (facts?.dialect !== "kubernetes-audit") throw new TypeError("no Kubernetes event");
      const object = {
        ...facts.object,
        subresource: "approval",
        resource: "certificatesigningrequests",
      };
      const own = { ...facts, ...call, object } as typeof facts;
      const bytes = Buffer.from(JSON.stringify(own));
      const target = {
        ...event.target,
        kind: "certificatesigningrequests",
        subresource: "approval",
      };
      return {
        event: { ...event, target, original: { bytes, sha256: "", truncatedFromBytes: null } },
        facts: own,
      };
    }
  });
});
