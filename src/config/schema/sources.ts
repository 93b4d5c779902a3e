import { z } from "zod";
import type { FileTailOptions, TeleportRecordingsOptions } from "../../model/source.ts";
import { duration, list, oneOf, size, slug, text, texts, whole, type Field } from "./fields.ts";
import {
  outOfBand,
  supportAccessSnapshots,
  type DeclaredOutOfBand,
  type DeclaredSnapshots,
} from "./grant-sources.ts";
import {
  auditWebhook,
  eventHandler,
  type DeclaredAuditWebhook,
  type DeclaredEventHandler,
} from "./http-sources.ts";
import { bootstrapEndpoints, saslCredentials, scramAuth } from "./kafka.ts";
import { exactlyOne, maybe, section } from "./section.ts";
import { tls } from "./tls.ts";
import { watchedFolder, withTimesInMs } from "./watched-folder.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

const fileTail = section("Files that are followed through rotation.", {
  include: list(text("A glob pattern."), "Globs of the files. `**` stands for any folders.").check(
    z.minLength(1, { error: "must name at least one pattern" }),
  ),
  exclude: texts("Globs of files that are left out."),
  start: oneOf(
    ["oldest", "now"],
    "Where files begin that are there at the very first run. Later ones are read from their beginning.",
  ).prefault("oldest"),
  poll: duration(
    { minMs: 10, maxMs: 60_000 },
    "Time between two looks for new files and bytes.",
  ).prefault("PT0.25S"),
  lineBytesMax: size(
    { min: 4 * KIB, max: 64 * MIB },
    "Longest line that is kept whole. Of a longer one the head, digest and length are kept.",
  ).prefault("64MiB"),
  filesMax: whole(
    { min: 1, max: 100_000 },
    "Most files that are followed at once; the rest waits, and the source says so.",
  ).prefault(10_000),
}).transform(({ poll, ...rest }) => ({ ...rest, pollMs: poll }));

const recordingsFolder = watchedFolder({ file: "recording", quietFor: "PT10S" });

const teleportRecordings = section("A folder of session recordings, and the folders below it.", {
  directory: text("The folder. Every file in it whose name ends in .tar is a recording."),
  poll: recordingsFolder.poll,
  quietFor: recordingsFolder.quietFor,
  incompleteFor: duration(
    { minMs: 0, maxMs: 86_400_000 },
    "The same for one that ends inside a part: it is then read as far as it goes, and the rest is declared lost.",
  ).prefault("PT10M"),
  filesMax: recordingsFolder.filesMax,
  partInflatedBytesMax: size(
    { min: MIB, max: 64 * 1024 * MIB },
    "Most bytes that one part of a recording may inflate to; the rest of the part is kept as it is.",
  ).prefault("1GiB"),
}).transform(({ incompleteFor, ...rest }) => ({
  ...withTimesInMs(rest),
  incompleteForMs: incompleteFor,
}));

const kinds = {
  kubernetesAuditFile: maybe(fileTail.describe("Audit log files of a Kubernetes API server.")),
  teleportFile: maybe(fileTail.describe("Audit log files of a Teleport cluster.")),
  kubernetesAuditWebhook: maybe(auditWebhook),
  teleportEventHandler: maybe(eventHandler),
  teleportRecordings: maybe(
    teleportRecordings.describe("Session recordings of a Teleport cluster."),
  ),
  supportAccessSnapshots: maybe(supportAccessSnapshots),
  outOfBand: maybe(outOfBand),
  kafka: maybe(
    section("A Kafka topic of records.", {
      bootstrapEndpoints,
      topic: text("The topic."),
      dialect: oneOf(["kubernetes-audit", "teleport"], "What its records are."),
      tls: maybe(tls),
      scramAuth: maybe(scramAuth),
      ...saslCredentials,
    }),
  ),
};

const SOURCE_KINDS: readonly string[] = Object.keys(kinds);

/** A source as it is written: its paths are not absolute yet, its certificates and tokens not read. */
export interface DeclaredSource {
  readonly name: string;
  readonly cluster: string | null;
  readonly options: DeclaredOptions;
}

type DeclaredOptions =
  | ({ readonly kind: "kubernetesAuditFile" | "teleportFile" } & FileTailOptions)
  | { readonly kind: "kubernetesAuditWebhook"; readonly declared: DeclaredAuditWebhook }
  | { readonly kind: "teleportEventHandler"; readonly declared: DeclaredEventHandler }
  | ({ readonly kind: "teleportRecordings" } & TeleportRecordingsOptions)
  | ({ readonly kind: "supportAccessSnapshots" } & DeclaredSnapshots)
  | ({ readonly kind: "outOfBand" } & DeclaredOutOfBand)
  | { readonly kind: "unbuilt"; readonly name: string };

export const source: Field<DeclaredSource> = exactlyOne(
  section("One place that records are read from. It has exactly one kind.", {
    name: slug("The source's name, unique."),
    cluster: maybe(
      text(
        "The cluster that the records are about, by the name that Teleport and other origins use for it.",
      ),
    ),
    ...kinds,
  }),
  SOURCE_KINDS,
  "kind of source",
).transform(({ name, cluster, ...given }) => ({
  name,
  cluster: cluster ?? null,
  options: optionsOf(given),
}));

function optionsOf(
  given: Readonly<Partial<Record<keyof typeof kinds, unknown>>> & {
    readonly kubernetesAuditFile?: z.output<typeof fileTail> | undefined;
    readonly teleportFile?: z.output<typeof fileTail> | undefined;
    readonly teleportRecordings?: z.output<typeof teleportRecordings> | undefined;
    readonly kubernetesAuditWebhook?: DeclaredAuditWebhook | undefined;
    readonly teleportEventHandler?: DeclaredEventHandler | undefined;
    readonly supportAccessSnapshots?: DeclaredSnapshots | undefined;
    readonly outOfBand?: DeclaredOutOfBand | undefined;
  },
): DeclaredOptions {
  if (given.kubernetesAuditFile !== undefined)
    return { kind: "kubernetesAuditFile", ...given.kubernetesAuditFile };
  if (given.teleportFile !== undefined) return { kind: "teleportFile", ...given.teleportFile };
  if (given.teleportRecordings !== undefined)
    return { kind: "teleportRecordings", ...given.teleportRecordings };
  if (given.kubernetesAuditWebhook !== undefined)
    return { kind: "kubernetesAuditWebhook", declared: given.kubernetesAuditWebhook };
  if (given.teleportEventHandler !== undefined)
    return { kind: "teleportEventHandler", declared: given.teleportEventHandler };
  if (given.supportAccessSnapshots !== undefined)
    return { kind: "supportAccessSnapshots", ...given.supportAccessSnapshots };
  if (given.outOfBand !== undefined) return { kind: "outOfBand", ...given.outOfBand };
  const name = Object.entries(given).find(([, options]) => options !== undefined)?.[0];
  return { kind: "unbuilt", name: name ?? "" };
}
