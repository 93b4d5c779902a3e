import { z } from "zod";
import { duration, oneOf, size, text, type Field } from "./fields.ts";
import { given, secretKeys, type DeclaredSecret } from "./secret.ts";
import { exactlyOne, maybe, section, withDefaults } from "./section.ts";
import { tls, type DeclaredTls } from "./tls.ts";

type ScramMechanism = "SCRAM-SHA-256" | "SCRAM-SHA-512";

/** A Kafka endpoint whose secrets and files are not read yet. */
export interface DeclaredKafka {
  readonly bootstrapEndpoints: readonly string[];
  readonly topic: string;
  readonly encoding: "json" | "avro";
  readonly key: "none" | "eventId" | "grantId" | "principal";
  readonly timeoutMs: number;
  readonly messageBytesMax: number;
  readonly scramMechanism: ScramMechanism;
  readonly tls: DeclaredTls | null;
}

interface Login {
  readonly username: string;
  readonly password: DeclaredSecret;
}

export interface DeclaredSasl extends Login {
  readonly kind: "scram" | "plain";
}

const BOOTSTRAP = /^[^\s,:/]+:\d{1,5}(?:,[^\s,:/]+:\d{1,5})*$/;

export const bootstrapEndpoints: Field<string[]> = z
  .string()
  .regex(BOOTSTRAP, { error: "must be host:port, several of them with commas between" })
  .transform((value) => value.split(","))
  .describe("Brokers as host:port, with commas between.");

const TOPIC = /^[A-Za-z0-9._-]{1,249}$/;

const topic: Field<string> = z
  .string()
  .regex(TOPIC, { error: "must be a topic name: 1 to 249 letters, digits, dots, - and _" })
  .describe("The topic. It has to exist.");

export const scramAuth: Field<{ mechanism: ScramMechanism }> = section(
  "How SCRAM credentials are shown.",
  {
    mechanism: oneOf(["SCRAM-SHA-256", "SCRAM-SHA-512"], "The mechanism.").prefault(
      "SCRAM-SHA-512",
    ),
  },
);

const login: Field<Login> = exactlyOne(
  section("User name and password.", {
    username: text("The user name."),
    ...secretKeys("password"),
  }),
  ["password", "passwordRef"],
  "password",
).transform(({ username, password, passwordRef }) => ({
  username,
  password: given(password, passwordRef),
}));

/** The two kinds of SASL credentials, each a key of its own. */
export const saslCredentials: {
  readonly scram: z.ZodOptional<Field<Login>>;
  readonly plain: z.ZodOptional<Field<Login>>;
} = {
  scram: maybe(login).describe("SASL SCRAM; the mechanism stands in scramAuth."),
  plain: maybe(login).describe("SASL PLAIN."),
};

/** Credentials of a Kafka endpoint, a sibling of its spec. */
export const kafkaCredentials: Field<DeclaredSasl> = exactlyOne(
  section("Credentials: exactly one kind.", saslCredentials),
  ["scram", "plain"],
  "kind of credentials",
).transform(({ scram, plain }): DeclaredSasl => {
  if (scram !== undefined) return { kind: "scram", ...scram };
  if (plain !== undefined) return { kind: "plain", ...plain };
  throw new TypeError("Cannot take credentials that are not given");
});

export const kafka: Field<DeclaredKafka> = section("A Kafka topic.", {
  bootstrapEndpoints,
  topic,
  encoding: oneOf(
    ["json", "avro"],
    "json: the JSON form of the event. avro: its plain Avro encoding.",
  ).prefault("json"),
  key: oneOf(
    ["none", "eventId", "grantId", "principal"],
    "What the message key is. The event id is in a header in any case.",
  ).prefault("none"),
  timeout: duration({ minMs: 100, maxMs: 600_000 }, "Total time of one attempt.").prefault("PT30S"),
  messageBytesMax: size(
    { min: 1024, max: 1024 ** 3 },
    "Largest message that is tried. The topic's max.message.bytes.",
  ).prefault(1_048_588),
  scramAuth: withDefaults(scramAuth),
  tls: maybe(tls),
}).transform(({ timeout, scramAuth, tls, ...rest }) => ({
  ...rest,
  timeoutMs: timeout,
  scramMechanism: scramAuth.mechanism,
  tls: tls ?? null,
}));
