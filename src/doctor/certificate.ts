import { X509Certificate } from "node:crypto";
import { describeError } from "../model/error.ts";
import { MICROS_PER_MS, type Micros } from "../model/time.ts";
import { ok, problem, warning, type CheckResult } from "./check.ts";
import { spoken } from "./units.ts";

const SOON_MS = 21 * 86_400_000;

/** Whether a certificate, the first one of a PEM text, is valid now and for some time. */
export function checkCertificate(of: string, what: string, pem: string, now: Micros): CheckResult {
  const named = { check: "certificate", of };
  const remedy = `Renew the ${what}`;
  try {
    const certificate = new X509Certificate(pem);
    const nowMs = now / MICROS_PER_MS;
    const fromMs = certificate.validFromDate.getTime();
    const leftMs = certificate.validToDate.getTime() - nowMs;
    const until = `valid until ${certificate.validToDate.toISOString()}`;
    if (fromMs > nowMs)
      return problem(
        named,
        `${what}: valid from ${certificate.validFromDate.toISOString()} on`,
        remedy,
      );
    if (leftMs <= 0) return problem(named, `${what}: ${until}, which is over`, remedy);
    const seen = `${what}: ${until}, ${spoken(leftMs)} from now`;
    return leftMs < SOON_MS ? warning(named, seen, remedy) : ok(named, seen);
  } catch (error) {
    return problem(
      named,
      `${what}: cannot be read: ${describeError(error)}`,
      "Give a certificate in PEM",
    );
  }
}
