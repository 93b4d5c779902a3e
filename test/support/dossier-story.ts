import type { Source } from "../../src/model/record.ts";
import type { NormalizedEvent } from "../../src/model/normalization.ts";
import type { SourceWatermark } from "../../src/ports/correlator.ts";
import type { AuditEvent, Seal } from "../../src/model/generated/audit-event.ts";
import { readDossier, type ReadDossier } from "../../src/correlate/dossier/read.ts";
import { AGENT, aPolicy, at, kubernetes, request, teleport } from "./correlate.ts";
import { createTestLine, type TestLine } from "./correlate-line.ts";

export const DANA = "dana@vendor.example";

export const SOURCES: readonly Source[] = [
  { name: "kube", dialect: "kubernetes-audit", cluster: "prod" },
  { name: "teleport", dialect: "teleport", cluster: null },
  { name: "recordings", dialect: "teleport-recording", cluster: null },
];

/** Seconds after which a grant that ended at 1,000 is sealed. */
export const SEALED_AT: number = 1_000 + 35 * 60;

export function aLine(options: Parameters<typeof createTestLine>[0] = {}): TestLine {
  return createTestLine({ sources: SOURCES, ...options });
}

/** Watermarks of all sources at these seconds; that of recordings is never known. */
export function upTo(seconds: number): Parameters<TestLine["advance"]>[0] {
  return { evidence: at(seconds), sources: watermarks({ kube: seconds, teleport: seconds }) };
}

export function watermarks(of: Readonly<Record<string, number>>): readonly SourceWatermark[] {
  return SOURCES.map((source) => ({
    source,
    watermark: of[source.name] === undefined ? -Infinity : at(of[source.name] ?? 0),
  }));
}

/** Every source has ended. */
export const ENDED: Parameters<TestLine["advance"]>[0] = {
  evidence: Infinity,
  isEvidenceIdle: true,
  hasEnded: true,
  sources: SOURCES.map((source) => ({ source, watermark: Infinity })),
};

/** A grant from 10 to 1,000 s, a session under it, what was done, refused, and done after its end. */
export function story(): readonly NormalizedEvent[] {
  const dana = { user: DANA, groups: ["v:viewers"] };
  return [
    request("g1", "create", {
      eventId: "asked",
      at: 0,
      user: DANA,
      roles: ["admin"],
      resources: [{ cluster: "vendor.teleport.example", kind: "kube_cluster", name: "prod" }],
      state: "PENDING",
      reason: "CS-4711: node 7 drops off the fabric",
      expires: at(1_000),
    }),
    request("g1", "review", {
      eventId: "approved",
      at: 10,
      state: "APPROVED",
      roles: ["viewer"],
      reviewer: "anna@acme.example",
      proposedState: "APPROVED",
      expires: at(1_000),
    }),
    teleport({
      id: "start",
      event: "session.start",
      at: 20,
      user: DANA,
      sessionId: "s1",
      accessRequests: ["g1"],
      login: "acc",
      serverName: "gpu-7",
      protocol: "ssh",
    }),
    teleport({ id: "end", event: "session.end", at: 50, user: DANA, sessionId: "s1" }),
    teleport({ id: "upload", event: "session.upload", at: 60, sessionId: "s1" }),
    kubernetes({ id: "list", at: 100, ...dana, verb: "list", resource: "pods" }),
    kubernetes({
      id: "secret",
      at: 110,
      ...dana,
      verb: "get",
      resource: "secrets",
      name: "db",
      code: 403,
      decision: "forbid",
    }),
    kubernetes({ id: "late", at: 1_100, ...dana, verb: "list", resource: "pods" }),
    kubernetes({ id: "others", at: 120, user: AGENT, as: "wei@acme.example" }),
  ];
}

/** The stages of one exec. */
export function exec(id: string, seconds: number, uri: string): readonly NormalizedEvent[] {
  return ["RequestReceived", "ResponseStarted", "ResponseComplete"].map((stage, index) =>
    kubernetes({
      id: `${id}-${index}`,
      at: seconds,
      stageAt: seconds + index,
      user: DANA,
      groups: ["v:admins"],
      stage,
      auditId: id,
      verb: "create",
      uri,
      resource: "pods/exec",
      name: "trainer",
      code: index === 0 ? null : 101,
    }),
  );
}

export interface JournaledSeal extends Seal {
  readonly grant: string;
  readonly event: AuditEvent;
}

/** Every seal in the journal, in its order. */
export function sealsOf(line: TestLine): readonly JournaledSeal[] {
  return line.journal.flatMap(({ event }) => {
    const { detail } = event;
    if (detail === null || !("grant" in detail) || detail.grant.seal === null) return [];
    return { ...detail.grant.seal, grant: detail.grant.grantId, event };
  });
}

/** A loss that was found at these seconds. */
export function aGap(id: string, seconds: number): NormalizedEvent {
  const { event } = teleport({ id, event: "gap", at: seconds });
  const gap = {
    source: "kube",
    from: "8:17:100",
    to: "8:17:164",
    sizeBytes: 64,
    count: null,
    cause: 'the file "audit.log" was rotated away',
  };
  const origin = { kind: "chaperone", name: "kube", cluster: "prod", position: "8:17:100" };
  return { facts: null, event: { ...event, origin, original: null, detail: { gap } } };
}

/** The whole story, sealed; then something late, and what that changed, sealed as well. */
export function sealedStory(): TestLine {
  const line = aLine();
  line.feed(story(), exec("shell", 200, EXEC_URI), aGap("gap", 500));
  line.advance(upTo(SEALED_AT + 1));
  line.feed(request("g1", "delete", { eventId: "deleted", at: 105, user: "anna@acme.example" }));
  line.advance(upTo(9_000));
  return line;
}

const EXEC_URI =
  "/api/v1/namespaces/default/pods/trainer/exec?command=sh&command=-c&command=nvidia-smi+-q&container=main";

/** What `chaperone dossier` reads. */
export function readStory(line: TestLine, grant = "g1"): ReadDossier {
  const read = readDossier(line.ledger, grant, {
    policy: aPolicy(),
    sources: SOURCES,
    now: at(10_000),
  });
  if (read === null) throw new Error(`Cannot find grant "${grant}"`);
  return read;
}
