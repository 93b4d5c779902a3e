import { z } from "zod";
import { text, type Field } from "./fields.ts";
import { given, secretKeys, type DeclaredSecret } from "./secret.ts";
import { atMostOne, exactlyOne, maybe, section } from "./section.ts";

/** PEM text, or the file that it is in. */
export type DeclaredPem =
  | { readonly from: "value"; readonly pem: string }
  | { readonly from: "file"; readonly path: string };

export interface DeclaredTls {
  readonly certificateAuthority: DeclaredPem | null;
  readonly client: { readonly certificate: DeclaredPem; readonly key: DeclaredSecret } | null;
}

const PEM_MESSAGE = "must be the base64 of a PEM certificate";

const pemData: Field<string> = z
  .base64({ error: PEM_MESSAGE })
  .transform((value, context) => {
    const pem = Buffer.from(value, "base64").toString("utf8");
    if (isCertificate(pem)) return pem;
    context.issues.push({ code: "custom", message: PEM_MESSAGE, input: value });
    return z.NEVER;
  })
  .describe("PEM certificates in base64.");

export function isCertificate(pem: string): boolean {
  return /-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----/.test(pem);
}

/** TLS of a server of ours. */
export interface DeclaredServerTls {
  readonly certificate: DeclaredPem;
  readonly key: DeclaredSecret;
  /** Null where clients need no certificate. */
  readonly clientAuthority: DeclaredPem | null;
}

const certificateKeys = {
  certificateData: maybe(pemData),
  certificateFile: maybe(text("A PEM file.")),
  ...secretKeys("key"),
};

type CertificateKeys = z.output<z.ZodObject<typeof certificateKeys>>;

/** A section with a certificate and its key, each given in one way. */
function withCertificate<T extends z.ZodType>(of: T): T {
  const one = exactlyOne(of, ["certificateData", "certificateFile"], "certificate");
  return exactlyOne(one, ["key", "keyRef"], "key");
}

function certificateOf(value: CertificateKeys): Pick<DeclaredServerTls, "certificate" | "key"> {
  return {
    certificate: declaredPem(value.certificateData, value.certificateFile) ?? missing(),
    key: given(value.key, value.keyRef),
  };
}

const clientCertificate = withCertificate(
  section("The certificate by which Chaperone shows who it is.", certificateKeys),
).transform(certificateOf);

export const serverTls: Field<DeclaredServerTls> = atMostOne(
  withCertificate(
    section("The server's certificate. Files are read again when they change.", {
      ...certificateKeys,
      clientAuthorityData: maybe(pemData),
      clientAuthorityFile: maybe(
        text("A PEM file of authorities. Clients must show a certificate of one of them."),
      ),
    }),
  ),
  ["clientAuthorityData", "clientAuthorityFile"],
  "authority of the clients",
).transform((value) => ({
  ...certificateOf(value),
  clientAuthority: declaredPem(value.clientAuthorityData, value.clientAuthorityFile),
}));

export const tls: Field<DeclaredTls> = atMostOne(
  section("TLS. Without an authority of its own, those of the system are believed.", {
    certificateAuthorityData: maybe(pemData),
    certificateAuthorityFile: maybe(text("A PEM file of certificate authorities.")),
    clientCertificate: maybe(clientCertificate),
  }),
  ["certificateAuthorityData", "certificateAuthorityFile"],
  "certificate authority",
).transform((value) => ({
  certificateAuthority: declaredPem(value.certificateAuthorityData, value.certificateAuthorityFile),
  client: value.clientCertificate ?? null,
}));

function declaredPem(data: string | undefined, file: string | undefined): DeclaredPem | null {
  if (data !== undefined) return { from: "value", pem: data };
  return file === undefined ? null : { from: "file", path: file };
}

function missing(): never {
  throw new TypeError("Cannot take a certificate that is not given");
}
