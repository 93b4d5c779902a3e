import { X509Certificate } from "node:crypto";
import type { SigningFacts } from "../../model/facts.ts";
import { fieldsOf, textOf, type Fields } from "../fields.ts";
import { pemBlock } from "./pem.ts";

const TAG = { integer: 0x02, oid: 0x06, bmpString: 0x1e, sequence: 0x30, set: 0x31 } as const;
/** 2.5.4.3, commonName (RFC 5280 appendix A). */
const COMMON_NAME = Buffer.from([0x55, 0x04, 0x03]);
/** Above what an API server takes as a body, so that nobody hides who a certificate is for behind something long. */
const PEM_LENGTH_MAX = 4 * 1024 * 1024;

/**
 * What an event about a CertificateSigningRequest says of the credential that comes of it: the user that the certificate names (its
 * common name), whether it is signed, and the id by which the API server knows it, `X509SHA256=…`. Bodies that were not logged say
 * nothing.
 */
export function signingFacts(event: Fields): SigningFacts {
  const bodies = [fieldsOf(event["responseObject"]), fieldsOf(event["requestObject"])];
  const specs = bodies.map((body) => fieldsOf(body?.["spec"]));
  const statuses = bodies.map((body) => fieldsOf(body?.["status"]));
  const certificate = firstOf(statuses, (status) => certificateOf(textOf(status?.["certificate"])));
  return {
    userName:
      certificate?.userName ??
      firstOf(specs, (spec) =>
        commonNameOf(bytesOf(textOf(spec?.["request"]), "CERTIFICATE REQUEST")),
      ),
    isSigned: certificate !== null,
    isDenied: statuses.some((status) => isDenied(status?.["conditions"])),
    credentialId: certificate?.credentialId ?? null,
  };
}

function isDenied(conditions: unknown): boolean {
  return (
    Array.isArray(conditions) &&
    conditions.some((condition) => fieldsOf(condition)?.["type"] === "Denied")
  );
}

function firstOf<T, R>(items: readonly T[], read: (item: T) => R | null): R | null {
  for (const item of items) {
    const found = read(item);
    if (found !== null) return found;
  }
  return null;
}

/** PEM in base64, as Kubernetes writes it. */
function bytesOf(base64: string | null, label: string): Buffer | null {
  if (base64 === null || base64.length > PEM_LENGTH_MAX) return null;
  return pemBlock(Buffer.from(base64, "base64").toString("latin1"), label);
}

function certificateOf(
  base64: string | null,
): { readonly userName: string | null; readonly credentialId: string } | null {
  const der = bytesOf(base64, "CERTIFICATE");
  if (der === null) return null;
  try {
    const certificate = new X509Certificate(der);
    const fingerprint = certificate.fingerprint256.replaceAll(":", "").toLowerCase();
    const userName = /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? null;
    return { userName, credentialId: `X509SHA256=${fingerprint}` };
  } catch {
    return null;
  }
}

/** The common name in the subject of a PKCS#10 request (RFC 2986 §4); null where it has none, or is not one. */
function commonNameOf(der: Buffer | null): string | null {
  const request = der === null ? null : content(der, TAG.sequence);
  const info = request === null ? null : content(request, TAG.sequence);
  const version = info === null ? null : element(info);
  if (info === null || version?.tag !== TAG.integer) return null;
  const subject = content(info.subarray(version.end), TAG.sequence);
  let names: string | null = null;
  for (const set of elements(subject))
    for (const attribute of elements(set.content)) {
      const [oid, value] = elements(attribute.content);
      if (oid?.tag === TAG.oid && oid.content.equals(COMMON_NAME) && value !== undefined)
        // Of several the last one counts, as for the API server.
        names = textIn(value);
    }
  return names === "" ? null : names;
}

/** In UTF-8 or a part of it, save for BMPString, which is UTF-16. */
function textIn({ tag, content: bytes }: Element): string {
  if (tag !== TAG.bmpString) return bytes.toString("utf8").toWellFormed();
  return Buffer.from(bytes.subarray(0, bytes.length & ~1))
    .swap16()
    .toString("utf16le")
    .toWellFormed();
}

interface Element {
  readonly tag: number;
  readonly content: Buffer;
  /** Where the next element begins. */
  readonly end: number;
}

/** The first element of DER (X.690 §8.1); null where it is cut off, or longer than anything here. */
function element(bytes: Buffer): Element | null {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) return null;
  const more = first < 0x80 ? 0 : first & 0x7f;
  if (more > 3 || (first === 0x80 && more === 0)) return null;
  let length = more === 0 ? first : 0;
  for (let index = 0; index < more; index++) length = length * 256 + (bytes[2 + index] ?? 0);
  const start = 2 + more;
  if (start + length > bytes.length) return null;
  return { tag, content: bytes.subarray(start, start + length), end: start + length };
}

function content(bytes: Buffer, tag: number): Buffer | null {
  const found = element(bytes);
  return found?.tag === tag ? found.content : null;
}

function elements(bytes: Buffer | null): readonly Element[] {
  const found: Element[] = [];
  for (let rest = bytes; rest !== null && rest.length > 0;) {
    const next = element(rest);
    if (next === null) return [];
    found.push(next);
    rest = rest.subarray(next.end);
  }
  return found;
}
