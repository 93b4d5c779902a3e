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

const clientCertificate = exactlyOne(
  exactlyOne(
    section("The certificate by which Chaperone shows who it is.", {
      certificateData: maybe(pemData),
      certificateFile: maybe(text("A PEM file.")),
      ...secretKeys("key"),
    }),
    ["certificateData", "certificateFile"],
    "certificate",
  ),
  ["key", "keyRef"],
  "key",
).transform((value) => ({
  certificate: declaredPem(value.certificateData, value.certificateFile) ?? missing(),
  key: given(value.key, value.keyRef),
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
