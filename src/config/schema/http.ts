import { z } from "zod";
import { duration, oneOf, text, type Field } from "./fields.ts";
import { given, secretKeys, type DeclaredSecret } from "./secret.ts";
import { exactlyOne, maybe, section, type Shape } from "./section.ts";
import { tls, type DeclaredTls } from "./tls.ts";

export type DeclaredAuth =
  | { readonly kind: "basic"; readonly username: string; readonly password: DeclaredSecret }
  | { readonly kind: "bearer"; readonly token: DeclaredSecret }
  | { readonly kind: "headers"; readonly headers: Readonly<Record<string, string>> };

/** An OTLP endpoint whose secrets and files are not read yet. */
export interface DeclaredOtlp {
  readonly endpoint: string;
  readonly protocol: "http/protobuf" | "http/json";
  readonly compression: "none" | "gzip";
  readonly timeoutMs: number;
  readonly tls: DeclaredTls | null;
}

const basicAuth = exactlyOne(
  section("User name and password.", {
    username: text("The user name."),
    ...secretKeys("password"),
  }),
  ["password", "passwordRef"],
  "password",
);

const bearerToken = exactlyOne(
  section("A bearer token.", secretKeys("token")),
  ["token", "tokenRef"],
  "token",
);

const authHeaders = section("Headers of every request.", {
  headers: z
    .record(
      z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, { error: "must be a header name" }),
      z.string().regex(/^[\t\x20-\x7e\x80-\xff]+$/, { error: "must be a header value" }),
    )
    .describe("Header values by name; secrets as ${NAME}."),
});

const AUTH_KEYS = ["basicAuth", "bearerToken", "authHeaders"];

const authShape = {
  basicAuth: maybe(basicAuth),
  bearerToken: maybe(bearerToken),
  authHeaders: maybe(authHeaders),
};

/** Credentials of an HTTP endpoint, a sibling of its spec. */
export const httpCredentials: Field<DeclaredAuth> = exactlyOne(
  section("Credentials: exactly one kind.", authShape),
  AUTH_KEYS,
  "kind of credentials",
).transform((value) => authOf(value) ?? neither());

function authOf(value: {
  readonly basicAuth?: z.output<typeof basicAuth> | undefined;
  readonly bearerToken?: z.output<typeof bearerToken> | undefined;
  readonly authHeaders?: z.output<typeof authHeaders> | undefined;
}): DeclaredAuth | null {
  const { basicAuth: basic, bearerToken: bearer, authHeaders: own } = value;
  if (basic !== undefined)
    return {
      kind: "basic",
      username: basic.username,
      password: given(basic.password, basic.passwordRef),
    };
  if (bearer !== undefined) return { kind: "bearer", token: given(bearer.token, bearer.tokenRef) };
  return own === undefined ? null : { kind: "headers", headers: own.headers };
}

function neither(): never {
  throw new TypeError("Cannot take credentials that are not given");
}

const URL_MESSAGE = "must be an http or https URL";

/** An http or https URL. Credentials in it would be shown wherever the URL is. */
export const httpUrl: Field<string> = z
  .string({ error: URL_MESSAGE })
  .transform((value, context) => {
    const url = URL.canParse(value) ? new URL(value) : null;
    const isHttp = url?.protocol === "http:" || url?.protocol === "https:";
    if (url !== null && isHttp && url.username === "" && url.password === "") return value;
    const message = isHttp ? "must not hold credentials: they have their own keys" : URL_MESSAGE;
    context.issues.push({ code: "custom", message, input: value });
    return z.NEVER;
  })
  .describe("URL, http or https.");

const otlpShape = {
  endpoint: httpUrl.describe("Base URL; /v1/logs is added where the path does not end so."),
  protocol: oneOf(["http/protobuf", "http/json"], "Encoding of the requests.").prefault(
    "http/protobuf",
  ),
  compression: oneOf(["none", "gzip"], "Compression of the requests.").prefault("none"),
  timeout: duration({ minMs: 100, maxMs: 600_000 }, "Total time of one attempt.").prefault("PT10S"),
  tls: maybe(tls),
} satisfies Shape;

/** An OTLP/HTTP endpoint's spec. */
export const otlp: Field<DeclaredOtlp> = section(
  "An OTLP/HTTP receiver of logs.",
  otlpShape,
).transform(({ timeout, tls, ...rest }) => ({ ...rest, timeoutMs: timeout, tls: tls ?? null }));

/** The same where there is no sibling for the credentials. */
export const otlpWithCredentials: Field<DeclaredOtlp & { readonly auth: DeclaredAuth | null }> =
  section("An OTLP/HTTP receiver of logs.", {
    ...otlpShape,
    credentials: maybe(httpCredentials),
  }).transform(({ timeout, tls, credentials, ...rest }) => ({
    ...rest,
    timeoutMs: timeout,
    tls: tls ?? null,
    auth: credentials ?? null,
  }));
