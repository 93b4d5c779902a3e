import type { Pipeline } from "../../model/relay.ts";
import { STREAMS } from "../../model/stream.ts";
import { flag, oneOf, slug, text, type Field } from "./fields.ts";
import { httpCredentials, httpUrl, otlp, type DeclaredAuth, type DeclaredOtlp } from "./http.ts";
import { kafka, kafkaCredentials, type DeclaredKafka, type DeclaredSasl } from "./kafka.ts";
import { secretKeys } from "./secret.ts";
import { exactlyOne, maybe, section } from "./section.ts";
import { tls } from "./tls.ts";

/** An endpoint whose secrets and files are not read and whose paths are not absolute yet. */
export interface DeclaredEndpoint {
  readonly slug: string;
  readonly displayName: string;
  readonly spec: DeclaredSpec;
}

export type DeclaredSpec =
  | { readonly kind: "otlp"; readonly options: DeclaredOtlp; readonly auth: DeclaredAuth | null }
  | { readonly kind: "kafka"; readonly options: DeclaredKafka; readonly sasl: DeclaredSasl | null }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "unbuilt"; readonly name: string };

const kinds = {
  otlp: maybe(otlp),
  kafka: maybe(kafka),
  file: maybe(
    section("An NDJSON file: one event a line.", {
      path: text("The file, made where there is none."),
    }),
  ),
  https: maybe(section("An HTTPS endpoint.", { endpoint: httpUrl, tls: maybe(tls) })),
  s3: maybe(
    section("An S3 bucket.", {
      uri: text("The bucket and prefix, as s3://bucket/prefix."),
      region: text("The bucket's region."),
    }),
  ),
};

export const ENDPOINT_KINDS: readonly string[] = Object.keys(kinds);

/** Credentials, by the kind of endpoint that they are for. */
const credentials = {
  otlp: maybe(httpCredentials),
  kafka: maybe(kafkaCredentials),
  https: maybe(httpCredentials),
  s3: maybe(
    exactlyOne(
      section("Credentials of the bucket.", {
        accessKeyId: text("Id of the access key."),
        ...secretKeys("secretAccessKey"),
        ...secretKeys("sessionToken"),
      }),
      ["secretAccessKey", "secretAccessKeyRef"],
      "secret access key",
    ),
  ),
};

export const CREDENTIAL_KINDS: readonly string[] = Object.keys(credentials);

export const endpoint: Field<DeclaredEndpoint> = section(
  "A destination. Credentials stand beside spec, under the kind's name.",
  {
    ref: section("How pipelines call it.", { slug: slug("Its slug, unique among endpoints.") }),
    spec: exactlyOne(
      section("What it is. It has exactly one kind.", {
        displayName: maybe(text("Its name for people; the slug where it is left out.")),
        ...kinds,
      }),
      ENDPOINT_KINDS,
      "kind of endpoint",
    ),
    ...credentials,
  },
).transform(({ ref, spec, otlp, kafka }) => ({
  slug: ref.slug,
  displayName: spec.displayName ?? ref.slug,
  spec: specOf(spec, { auth: otlp ?? null, sasl: kafka ?? null }),
}));

function specOf(
  spec: {
    readonly otlp?: DeclaredOtlp | undefined;
    readonly kafka?: DeclaredKafka | undefined;
    readonly file?: { readonly path: string } | undefined;
    readonly https?: unknown;
  },
  { auth, sasl }: { readonly auth: DeclaredAuth | null; readonly sasl: DeclaredSasl | null },
): DeclaredSpec {
  if (spec.otlp !== undefined) return { kind: "otlp", options: spec.otlp, auth };
  if (spec.kafka !== undefined) return { kind: "kafka", options: spec.kafka, sasl };
  if (spec.file !== undefined) return { kind: "file", path: spec.file.path };
  return { kind: "unbuilt", name: spec.https === undefined ? "s3" : "https" };
}

const slugOf = (what: string): string => `Slug of the ${what}.`;

export const pipeline: Field<Pipeline> = section("The link between one stream and one endpoint.", {
  ref: section("How it is called.", { slug: slug("Its slug, unique among pipelines.") }),
  spec: section("What goes where.", {
    source: section("The stream.", { slug: oneOf(STREAMS, slugOf("stream")) }),
    destination: section("The endpoint.", { slug: slug(slugOf("endpoint")) }),
    enabled: flag("false pauses the pipeline; it keeps its place.").prefault(true),
    start: oneOf(["oldest", "now"], "Where a new pipeline begins in the journal.").prefault(
      "oldest",
    ),
  }),
}).transform(({ ref, spec }) => ({
  slug: ref.slug,
  stream: spec.source.slug,
  endpoint: spec.destination.slug,
  isEnabled: spec.enabled,
  start: spec.start,
}));
