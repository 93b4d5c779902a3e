import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { signingFacts } from "../../../src/normalize/kubernetes/certificate-request.ts";

/** A request for `probe:čtečka` of the organization `ml:probes`, and a certificate for `probe`, made with OpenSSL; their key is gone. */
const REQUEST =
  "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUlJQmJEQ0IxZ0lCQURBdE1SSXdFQVlEVlFRS0RBbHRiRHB3Y205aVpYTXhGekFWQmdOVkJBTU1EbkJ5YjJKbApPc1NOZEdYRWpXdGhNSUdmTUEwR0NTcUdTSWIzRFFFQkFRVUFBNEdOQURDQmlRS0JnUURHakpmRkFtN0EwODAyCmpsUWZWNWdFTWM4dXFmRU52SE5tM096cWtFQ0M5SFB2ZzlMaFlkNk1oNkkyM09MbitMMndwdDZtejB6ZDVEbnEKbFNpaDIzUHRXaGVWM3JLV0pXUzFiRGpYZ251TVJiZ2g1M3NTSE5PQ3N4a1pWcU01OVdzV3BDVmRuelZvNmxPcQpUWFB5dFJFR1NPcnNWb2FGcmtOTTYvRGIxdEE1elFJREFRQUJvQUF3RFFZSktvWklodmNOQVFFTEJRQURnWUVBCm5ldXA1NGhmZ2tEN1YrOXVhbWR0Rmk4NDZqS3c4K3BBQVQza2FaZHNBRStiMldFZzRlSVQ1cmxvcVg5M1ZieTAKNzduMWo5NHduOVY3dUhZd3AyRFJnMUh4NXZUdW9pb1FzRUZkYVJaR3BvNml0QWNJbjBHbk1EQ0lTU3UyclN3cQpDaVlRVVI3YUl1R3YzdDlSNTdxbndDOVQwcWU3NHhhdDRMeFJicFBuZ0cwPQotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K";
const CERTIFICATE =
  "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUNKRENDQVkyZ0F3SUJBZ0lVU2RZSDJ0K01IQ3g0VnQwVU5BVVdCZENwNEU0d0RRWUpLb1pJaHZjTkFRRUwKQlFBd0pERVNNQkFHQTFVRUNnd0piV3c2Y0hKdlltVnpNUTR3REFZRFZRUUREQVZ3Y205aVpUQWVGdzB5TmpFeApNamN4TkRJME5ERmFGdzB6TmpFeE1qUXhOREkwTkRGYU1DUXhFakFRQmdOVkJBb01DVzFzT25CeWIySmxjekVPCk1Bd0dBMVVFQXd3RmNISnZZbVV3Z1o4d0RRWUpLb1pJaHZjTkFRRUJCUUFEZ1kwQU1JR0pBb0dCQU1hTWw4VUMKYnNEVHpUYU9WQjlYbUFReHp5NnA4UTI4YzJiYzdPcVFRSUwwYysrRDB1Rmgzb3lIb2piYzR1ZjR2YkNtM3FiUApUTjNrT2VxVktLSGJjKzFhRjVYZXNwWWxaTFZzT05lQ2U0eEZ1Q0huZXhJYzA0S3pHUmxXb3puMWF4YWtKVjJmCk5XanFVNnBOYy9LMUVRWkk2dXhXaG9XdVEwenI4TnZXMERuTkFnTUJBQUdqVXpCUk1CMEdBMVVkRGdRV0JCUXEKb0lkL05VVlJCanM0YkFuQXBLL0NKSERNZ3pBZkJnTlZIU01FR0RBV2dCUXFvSWQvTlVWUkJqczRiQW5BcEsvQwpKSERNZ3pBUEJnTlZIUk1CQWY4RUJUQURBUUgvTUEwR0NTcUdTSWIzRFFFQkN3VUFBNEdCQUdFa0NhNHFZaWk2CmlUUlZ1bmVUaHdjVUhWWWplcUJtWncxMnFGZU1Ock9MRXVROHRkMjRyVUc0TFBZWFhrTEFiT3JmU2FEek5lYm0KQ0lOVE54aFZldm5KemJTU24zZU44cEJaVGJZeHFQbXMzanQ0YnBNM0VvL1hkOXlva1lRZmp0UTVlWElpUXN1WgpUYlRsNlBTUTRYM3FsOW9ueTRHLzJkRFk5dDRWRG00OAotLS0tLUVORCBDRVJUSUZJQ0FURS0tLS0tCg==";
const FINGERPRINT = "4a253bb1925bfd4b742cf32943faf17a77d633d6a509712083eeb82cf7bf9a56";

function block(base64: string): string {
  return `-----BEGIN CERTIFICATE REQUEST-----\n${base64}\n-----END CERTIFICATE REQUEST-----\n`;
}

describe("a certificate request in the audit log", () => {
  it("names the user that the certificate will have", () => {
    expect(signingFacts({ requestObject: { spec: { request: REQUEST } } })).toEqual({
      userName: "probe:čtečka",
      isSigned: false,
      isDenied: false,
      credentialId: null,
    });
  });

  it("is signed where the certificate is in it, which has the id that the API server knows it by", () => {
    const status = { certificate: CERTIFICATE };
    expect(signingFacts({ responseObject: { spec: { request: REQUEST }, status } })).toMatchObject({
      userName: "probe",
      isSigned: true,
      credentialId: `X509SHA256=${FINGERPRINT}`,
    });
  });

  it("is denied where a condition says so", () => {
    const status = { conditions: [{ type: "Approved" }, { type: "Denied" }] };
    expect(signingFacts({ requestObject: { status } })).toMatchObject({ isDenied: true });
  });

  it("says nothing where no body was logged", () => {
    expect(signingFacts({})).toMatchObject({ userName: null, isSigned: false });
  });

  it.each<readonly [string, (pem: string) => string]>([
    ["a preamble of 100 KB", (pem) => `${"x".repeat(100_000)}\n${pem}`],
    ["a block that never ends", (pem) => `-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n${pem}`],
    ["a block of another label", (pem) => `-----BEGIN X-----\nAAAA\n-----END X-----\n${pem}`],
    ["a block that is no base64", (pem) => `${block("A")}${block("A_==")}${pem}`],
    ["an end without a beginning", (pem) => `\n-----END X-----\n${pem}`],
    ["text behind a label", (pem) => `-----BEGIN CERTIFICATE REQUEST----- x\n${pem}`],
    ["headers", (pem) => pem.replace("\n", "\nProc-Type: 4\nX: y\n\n")],
    ["line ends of Windows", (pem) => pem.replaceAll("\n", "\r\n")],
  ])("names its user behind %s, which the API server passes over", (_, around) => {
    const request = Buffer.from(around(Buffer.from(REQUEST, "base64").toString())).toString(
      "base64",
    );
    expect(signingFacts({ requestObject: { spec: { request } } }).userName).toBe("probe:čtečka");
  });

  it.each([
    ["below", -4, "probe:čtečka"],
    ["at", 0, "probe:čtečka"],
    ["above", 4, null],
  ])("is read %s 4 MiB, which is more than an API server takes", (_, more, userName) => {
    const pem = Buffer.from(REQUEST, "base64").toString();
    const bytes = ((4 * 1024 * 1024 + more) / 4) * 3;
    const request = Buffer.from(`${"x".repeat(bytes - pem.length - 1)}\n${pem}`).toString("base64");
    expect(request).toHaveLength(4 * 1024 * 1024 + more);
    expect(signingFacts({ requestObject: { spec: { request } } }).userName).toBe(userName);
  });

  it.each(["-----BEGIN CERTIFICATE REQUEST-----\n", "\n-----END X-----", "-----BEGIN A-----"])(
    "of nothing but %j costs no more than its length",
    (text) => {
      const request = Buffer.from(text.repeat(3_000_000 / text.length)).toString("base64");
      const startedMs = performance.now();
      expect(signingFacts({ requestObject: { spec: { request } } }).userName).toBeNull();
      expect(performance.now() - startedMs).toBeLessThan(5_000);
    },
  );

  it("is read to its end whatever it holds: cut anywhere, with any byte changed, or no request at all", () => {
    const der = Buffer.from(
      Buffer.from(REQUEST, "base64").toString("latin1").split("-----")[2] ?? "",
      "base64",
    );
    const pem = (bytes: Uint8Array): string =>
      Buffer.from(block(Buffer.from(bytes).toString("base64"))).toString("base64");
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.nat(255), fc.boolean(), (at, byte, isCut) => {
        const bytes = Buffer.from(isCut ? der.subarray(0, at) : der);
        if (!isCut) bytes[at] = byte;
        const { userName } = signingFacts({ requestObject: { spec: { request: pem(bytes) } } });
        expect(userName === null || typeof userName === "string").toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(signingFacts({ requestObject: { spec: { request: pem(bytes) } } }).isSigned).toBe(
          false,
        );
      }),
    );
  });
});
