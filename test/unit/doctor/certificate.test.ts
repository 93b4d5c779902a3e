import { X509Certificate } from "node:crypto";
import { describe, expect, it, onTestFinished } from "vitest";
import { checkCertificate } from "../../../src/doctor/certificate.ts";
import { makeCertificates } from "../../support/containers/tls.ts";

describe("a certificate", () => {
  it("is fine for weeks, a warning for its last ones, and a problem before and after", async () => {
    const certificates = await makeCertificates();
    onTestFinished(() => certificates.remove());
    const { cert: pem } = certificates.server;
    const { validFromDate, validToDate } = new X509Certificate(pem);
    const day = 86_400_000;
    const at = (ms: number): string =>
      checkCertificate("siem", "certificate", pem, ms * 1_000).state;
    expect(at(validFromDate.getTime() - 1_000)).toBe("problem");
    expect(at(validToDate.getTime() - 1_000)).toBe("warning");
    expect(at(validToDate.getTime() - 20 * day)).toBe("warning");
    expect(at(validToDate.getTime() - 22 * day)).toBe("ok");
    expect(at(validToDate.getTime())).toBe("problem");
  });

  it("that is none is a problem", () => {
    expect(checkCertificate("siem", "certificate", "no PEM", 0)).toMatchObject({
      state: "problem",
      seen: expect.stringContaining("cannot be read") as string,
    });
  });
});
