import { hash } from "node:crypto";
import type { Facts } from "../../src/model/facts.ts";
import type { AuditEvent } from "../../src/model/generated/audit-event.ts";
import type { NormalizedEvent } from "../../src/model/normalization.ts";
import type { EnclosureFault, RawRecord, Source } from "../../src/model/record.ts";
import { formatTime, type Micros } from "../../src/model/time.ts";
import { createNormalizers } from "../../src/normalize/normalizers.ts";
import { normalizeRecord } from "../../src/normalize/record.ts";
import { at, factsOf } from "./correlate.ts";

export const READONLY = "SUPPORT_ACCESS_ROLE_READONLY";
export const OPERATOR = "SUPPORT_ACCESS_ROLE_OPERATOR";

const normalizers = createNormalizers("acme");

/** A request as a snapshot lists it; times in seconds of the story (`at`). */
export interface ListedRequest {
  readonly role?: string;
  readonly requestor?: string;
  readonly reason?: string;
  readonly requested?: number;
  readonly expires?: number;
  readonly credential?: number;
}

export interface SnapshotStory {
  readonly isEnabled?: boolean;
  readonly roles?: readonly string[];
  readonly requests?: readonly ListedRequest[];
}

export const VISITOR = "00u1visitor";

/** The text that the vendor's command prints. */
export function snapshotText(story: SnapshotStory): string {
  const { isEnabled = true, requests = [] } = story;
  const roles = story.roles ?? (isEnabled ? [READONLY, OPERATOR] : []);
  const blocks = requests.map((request, index) =>
    [
      "",
      `Request ${index + 1}:`,
      `  Role: ${request.role ?? READONLY}`,
      `  Requestor ID: ${request.requestor ?? VISITOR}`,
      `  Reason: ${request.reason ?? "links flap"}`,
      `  Requested At: ${printed(request.requested ?? 0)}`,
      `  Request Expires At: ${printed(request.expires ?? 1_000)}`,
      `  Credential Expires At: ${printed(request.credential ?? request.expires ?? 1_000)}`,
      "",
    ].join("\n"),
  );
  return [
    `Support Access Status: ${isEnabled ? "Enabled" : "Disabled"}`,
    `Enabled Roles: ${roles.join(", ")}`,
    `Active Requests: ${requests.length}`,
    ...blocks,
  ]
    .join("\n")
    .concat("\n");
}

/** Seconds of the story as an origin prints them. */
export function printed(seconds: number): string {
  return formatTime(at(seconds));
}

/** The id of a request's grant, by the formula that is published. */
export function supportGrantId(request: ListedRequest = {}, cluster = "prod"): string {
  const { role = READONLY, requestor = VISITOR, requested = 0 } = request;
  const text = [cluster, role, requestor, printed(requested)].join("\n");
  return `sa-${hash("sha256", text, "hex").slice(0, 32)}`;
}

/** A snapshot that was taken at this second. */
export function snapshot(
  seconds: number,
  story: SnapshotStory = {},
  cluster = "prod",
): NormalizedEvent {
  return snapshotOf(snapshotText(story), at(seconds), cluster);
}

export function snapshotOf(text: string, takenAt: Micros, cluster = "prod"): NormalizedEvent {
  const source: Source = { name: "support", dialect: "support-access", cluster };
  return normalized({ bytes: Buffer.from(text), takenAt }, source);
}

export interface ApprovalStory {
  readonly id?: string;
  readonly requester?: string;
  readonly cluster?: string | null;
  readonly roles?: readonly string[];
  readonly resources?: unknown;
  readonly requested?: number;
  readonly approved?: number;
  readonly approvedBy?: string;
  readonly from?: number;
  readonly until?: number;
  readonly recorded?: number;
  readonly reason?: string;
}

/** An out-of-band approval: by default asked for at 0, given at 10 from then on, until 1,000. */
export function approvalDocument(story: ApprovalStory = {}): Readonly<Record<string, unknown>> {
  const approved = story.approved ?? 10;
  return {
    id: story.id ?? "oob-1",
    kind: "out-of-band-approval",
    requester: story.requester ?? "dana@vendor.example",
    cluster: story.cluster === undefined ? "prod" : story.cluster,
    roles: story.roles ?? ["viewer"],
    ...(story.resources === undefined ? {} : { resources: story.resources }),
    reason: story.reason ?? "Teleport is down",
    requestedAt: printed(story.requested ?? 0),
    approvedBy: story.approvedBy ?? "anna@acme.example",
    approvedAt: printed(approved),
    notBefore: printed(story.from ?? approved),
    notAfter: printed(story.until ?? 1_000),
    recordedBy: "bela@acme.example",
    recordedAt: printed(story.recorded ?? 2_000),
    evidence: { file: "mail.txt", sha256: "0".repeat(64) },
  };
}

export function approval(
  story: ApprovalStory = {},
  enclosureFault: EnclosureFault | null = null,
): NormalizedEvent {
  const source: Source = { name: "slack", dialect: "out-of-band", cluster: null };
  const bytes = Buffer.from(JSON.stringify(approvalDocument(story)));
  return normalized({ bytes, enclosureFault }, source);
}

/** The event of a record of these sources, as the pipeline gets it. */
export function normalized(
  record: Pick<RawRecord, "bytes"> & Partial<RawRecord>,
  source: Source,
): NormalizedEvent {
  const normalizer = normalizers[source.dialect];
  const whole = { position: "file", observedAt: at(5_000), truncatedFromBytes: null, ...record };
  const event = normalizeRecord({ normalizer, organization: "acme" }, whole, source);
  if (event === null) throw new Error("The record was ignored");
  return event;
}

/** Facts of these sources made again by their normalizers, and of all others as they were built. */
export function factsOfAll(event: AuditEvent): Facts | null {
  const { kind } = event.origin;
  if (kind === "support-access" || kind === "out-of-band") return normalizers[kind].facts(event);
  return factsOf(event);
}
