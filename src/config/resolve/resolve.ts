import type { Endpoint, EndpointSpec, HttpAuth, OtlpEndpoint } from "../../model/relay.ts";
import type { SourceConfiguration, SourceOptions } from "../../model/source.ts";
import { Secret } from "../../model/secret.ts";
import type { Configuration } from "../configuration.ts";
import type { DeclaredAuth, DeclaredOtlp } from "../schema/http.ts";
import type { DeclaredKafka, DeclaredSasl } from "../schema/kafka.ts";
import type { DeclaredEndpoint } from "../schema/relay.ts";
import type { DeclaredConfiguration } from "../schema/root.ts";
import type { DeclaredSource } from "../schema/sources.ts";
import { absoluteCommand, absoluteGlob, absolutePath } from "./absolute.ts";
import { resolveAuditWebhook, resolveEventHandler } from "./http-sources.ts";
import type { References } from "./references.ts";
import { resolveTls } from "./tls.ts";

export interface Surroundings {
  readonly file: string;
  readonly folder: string;
  readonly references: References;
}

/** Makes the paths of a checked configuration absolute and reads what it refers to. */
export function resolveConfiguration(
  declared: DeclaredConfiguration,
  around: Surroundings,
): Configuration {
  const { organization, vendors, approvers, organizationUsers, approval, hold, dossier, silence } =
    declared;
  const { otlp, logLevel } = declared.telemetry;
  const { archive } = declared;
  return {
    file: around.file,
    organization,
    dataDir: absolutePath(around.folder, declared.dataDir),
    policy: {
      organization,
      vendors,
      approvers,
      organizationUsers,
      approval,
      hold,
      dossier,
      silence,
    },
    sources: declared.sources.map((source) => resolveSource(source, around)),
    endpoints: declared.relay.endpoints.map((endpoint) => resolveEndpoint(endpoint, around)),
    pipelines: declared.relay.pipelines,
    journal: declared.journal,
    archive:
      archive === undefined
        ? null
        : { ...archive, directory: absolutePath(around.folder, archive.directory) },
    health: declared.health,
    telemetry: {
      logLevel,
      otlp: otlp === null ? null : resolveOtlp(otlp, otlp.auth, around.references),
    },
    limits: declared.limits,
  };
}

function resolveSource(source: DeclaredSource, around: Surroundings): SourceConfiguration {
  const { name, cluster, options } = source;
  return { name, cluster, options: resolveOptions(options, around) };
}

function resolveOptions(
  options: DeclaredSource["options"],
  { folder, references }: Surroundings,
): SourceOptions {
  switch (options.kind) {
    case "kubernetesAuditFile":
    case "teleportFile": {
      const include = options.include.map((pattern) => absoluteGlob(folder, pattern));
      const exclude = options.exclude.map((pattern) => absoluteGlob(folder, pattern));
      return { ...options, include, exclude };
    }
    case "kubernetesAuditWebhook":
      return resolveAuditWebhook(options.declared, references);
    case "teleportEventHandler":
      return resolveEventHandler(options.declared, references);
    case "teleportRecordings":
    case "outOfBand":
      return { ...options, directory: absolutePath(folder, options.directory) };
    case "supportAccessSnapshots":
      return options.from === "directory"
        ? { ...options, directory: absolutePath(folder, options.directory) }
        : { ...options, command: absoluteCommand(folder, options.command) };
    case "unbuilt":
      return options;
  }
}

function resolveEndpoint(endpoint: DeclaredEndpoint, around: Surroundings): Endpoint {
  return { ...endpoint, spec: resolveSpec(endpoint, around) };
}

function resolveSpec({ spec }: DeclaredEndpoint, around: Surroundings): EndpointSpec {
  switch (spec.kind) {
    case "otlp":
      return { kind: "otlp", ...resolveOtlp(spec.options, spec.auth, around.references) };
    case "kafka":
      return resolveKafka(spec.options, spec.sasl, around.references);
    case "file":
      return { kind: "file", path: absolutePath(around.folder, spec.path) };
    case "unbuilt":
      return spec;
  }
}

function resolveOtlp(
  { endpoint, protocol, compression, timeoutMs, tls }: DeclaredOtlp,
  auth: DeclaredAuth | null,
  references: References,
): OtlpEndpoint {
  return {
    endpoint,
    protocol,
    compression,
    timeoutMs,
    tls: tls === null ? null : resolveTls(tls, references),
    auth: auth === null ? null : resolveAuth(auth, references),
  };
}

function resolveKafka(
  { scramMechanism, tls, ...rest }: DeclaredKafka,
  sasl: DeclaredSasl | null,
  references: References,
): EndpointSpec {
  return {
    kind: "kafka",
    ...rest,
    tls: tls === null ? null : resolveTls(tls, references),
    sasl:
      sasl === null
        ? null
        : {
            mechanism: sasl.kind === "plain" ? "PLAIN" : scramMechanism,
            username: sasl.username,
            password: references.secret(sasl.password),
          },
  };
}

function resolveAuth(auth: DeclaredAuth, references: References): HttpAuth {
  switch (auth.kind) {
    case "basic":
      return { ...auth, password: references.secret(auth.password) };
    case "bearer":
      return { ...auth, token: references.secret(auth.token) };
    case "headers":
      return {
        kind: "headers",
        headers: Object.fromEntries(
          Object.entries(auth.headers).map(([name, value]) => [name, new Secret(value)]),
        ),
      };
  }
}
