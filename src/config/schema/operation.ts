import { z } from "zod";
import type { JournalConfiguration, LimitsConfiguration, LogLevel } from "../configuration.ts";
import type { ListenAddress } from "../../model/http.ts";
import { HELD_EVENTS_MOST } from "../../model/policy.ts";
import type { Period } from "../read/duration.ts";
import { duration, oneOf, period, size, text, texts, whole, type Field } from "./fields.ts";
import { otlpWithCredentials, type DeclaredAuth, type DeclaredOtlp } from "./http.ts";
import { listenOrOff } from "./listen.ts";
import { maybe, section } from "./section.ts";

const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;
const DAY_MS = 24 * HOUR_MS;
const MIB = 1024 ** 2;
const TIB = 1024 ** 4;

const APPROVAL_MS = { minMs: SECOND_MS, maxMs: 366 * DAY_MS };

export const approval: Field<{ pendingForMs: number; validForMs: number }> = section(
  "How long requests and approvals last where the origin gives no times.",
  {
    pendingFor: duration(APPROVAL_MS, "A request without a decision.").prefault("PT2H"),
    validFor: duration(APPROVAL_MS, "An approval.").prefault("PT8H"),
  },
).transform((value) => ({ pendingForMs: value.pendingFor, validForMs: value.validFor }));

interface Hold {
  readonly holdForMs: number;
  readonly heldEventsMax: number;
  readonly latenessMs: number;
  readonly skewMaxMs: number;
  readonly skewMs: number;
}

export const hold: Field<Hold> = section("How long vendor events wait for their evidence.", {
  holdFor: duration(
    { minMs: 0, maxMs: DAY_MS },
    "Longest wait, counted only while every Teleport source is at its end or failing.",
  ).prefault("PT2M"),
  heldEventsMax: whole(
    { min: 1, max: HELD_EVENTS_MOST },
    "Most events that wait at once.",
  ).prefault(100_000),
  lateness: duration(
    { minMs: 0, maxMs: DAY_MS },
    "How late a source may bring a record that belongs before others.",
  ).prefault("PT1M"),
  skewMax: duration(
    { minMs: 0, maxMs: DAY_MS },
    "How far ahead of our clock an origin's clock is believed.",
  ).prefault("PT1M"),
  skew: duration(
    { minMs: 0, maxMs: HOUR_MS },
    "How far apart two origins may put one request, such as Teleport and the API server that it calls.",
  ).prefault("PT5S"),
}).transform(({ holdFor, heldEventsMax, lateness, skewMax, skew }) => ({
  holdForMs: holdFor,
  heldEventsMax,
  latenessMs: lateness,
  skewMaxMs: skewMax,
  skewMs: skew,
}));

export const dossier: Field<{ sealAfterMs: number }> = section("The sealed account of a grant.", {
  sealAfter: duration(
    { minMs: 0, maxMs: 30 * DAY_MS },
    "How long after its end a grant is sealed, by what every source has brought. Teleport uploads a session's recording up to 35 minutes late.",
  ).prefault("PT35M"),
}).transform(({ sealAfter }) => ({ sealAfterMs: sealAfter }));

interface Silence {
  readonly afterMs: number;
  readonly speaking: readonly string[];
  readonly heartbeatMs: number | null;
}

const HEARTBEAT_FORM = "must be off, or an ISO 8601 duration such as PT5M";

export const silence: Field<Silence> = section("Who should speak and does not.", {
  after: duration(
    { minMs: SECOND_MS, maxMs: 30 * DAY_MS },
    "How long a source may say nothing, or not be read, while a vendor's grant is open.",
  ).prefault("PT15M"),
  speaking: texts(
    "Names of the sources that always have something to say, such as the audit log of a whole cluster. Of all others only what cannot be read counts as silent.",
  ),
  heartbeat: z
    .union(
      [
        z.literal("off").transform(() => null),
        duration({ minMs: 10 * SECOND_MS, maxMs: DAY_MS }, "An interval."),
      ],
      { error: HEARTBEAT_FORM },
    )
    .describe(
      "Time between two events of our own in each stream, by which a receiver sees that it misses something; `off` for none.",
    )
    .prefault("off"),
}).transform(({ after, speaking, heartbeat }) => ({
  afterMs: after,
  speaking,
  heartbeatMs: heartbeat,
}));

export const journal: Field<JournalConfiguration> = section(
  "The durable log between intake and delivery.",
  {
    keep: duration(
      { minMs: 0, maxMs: 3_660 * DAY_MS },
      "How long delivered entries stay, for replay. At sizeBytesMax they go earlier.",
    ).prefault("P30D"),
    sizeBytesMax: size(
      { min: 16 * MIB, max: 1024 * TIB },
      "Most bytes on disk. Intake waits there; nothing is dropped.",
    ).prefault("20GiB"),
    segmentBytesMax: size({ min: MIB, max: 4096 * MIB }, "Size of one segment file.").prefault(
      "64MiB",
    ),
    commitBytesMax: size({ min: 65_536, max: 64 * MIB }, "Entries of one fsync.").prefault("8MiB"),
    recentBytesMax: size(
      { min: 0, max: 64 * 1024 * MIB },
      "Entries that are kept in memory for pipelines that keep up.",
    ).prefault("32MiB"),
    linger: duration(
      { minMs: 0, maxMs: 20 },
      "Longest time that a commit waits for more entries.",
    ).prefault("PT0.02S"),
  },
).transform(({ keep, linger, ...rest }) => ({ ...rest, keepMs: keep, lingerMs: linger }));

export const archive: Field<{ directory: string; retention: Period }> = section(
  "The archive of session logs.",
  {
    directory: text("Its folder."),
    retention: period("How long a session stays, from its start.").prefault("P12M"),
  },
);

export const health: Field<ListenAddress | null> = section(
  "The server of /healthz, /readyz, /status and /metrics.",
  {
    listen: listenOrOff(
      "Its address. It has no authentication: leave it on loopback. `off` for no server, port 0 for any free one.",
    ).prefault("127.0.0.1:9464"),
  },
).transform(({ listen }) => listen);

interface DeclaredTelemetry {
  readonly logLevel: LogLevel;
  readonly otlp: (DeclaredOtlp & { readonly auth: DeclaredAuth | null }) | null;
}

export const telemetry: Field<DeclaredTelemetry> = section("Chaperone's own operational log.", {
  logLevel: oneOf(["debug", "info", "warn", "error"], "The least level that is logged.").prefault(
    "info",
  ),
  otlp: maybe(otlpWithCredentials),
}).transform(({ logLevel, otlp }) => ({ logLevel, otlp: otlp ?? null }));

export const limits: Field<LimitsConfiguration> = section("Limits of the whole line.", {
  acceptsInFlightMax: whole(
    { min: 1, max: 256 },
    "Batches of one source that may be on their way to the journal at once.",
  ).prefault(8),
  settleFor: duration(
    { minMs: SECOND_MS, maxMs: DAY_MS },
    "run --once: longest time that a destination may make no progress.",
  ).prefault("PT1M"),
}).transform(({ acceptsInFlightMax, settleFor }) => ({
  acceptsInFlightMax,
  settleMsMax: settleFor,
}));
