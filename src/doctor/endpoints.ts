import { reachEndpoint, type Reached } from "../forward/reach.ts";
import { describeError } from "../model/error.ts";
import type { Endpoint } from "../model/relay.ts";
import { MICROS_PER_MS, type Micros } from "../model/time.ts";
import type { Log } from "../ports/log.ts";
import { ok, problem, warning, type Check, type CheckResult, type Surgery } from "./check.ts";
import { checkCertificate } from "./certificate.ts";
import { bytes, spoken } from "./units.ts";

/** HTTP dates have whole seconds, and an answer takes its time. */
const SKEW_MS_MAX = 5_000;

const silent: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Every endpoint that a pipeline names: reached as a delivery would reach it, with nothing to deliver. All of them at once. */
export const checkEndpoints: Check = async (surgery) => {
  const { endpoints, pipelines } = surgery.configuration;
  const used = endpoints.filter(({ slug }) => pipelines.some(({ endpoint }) => endpoint === slug));
  return (await Promise.all(used.map((endpoint) => checkEndpoint(surgery, endpoint)))).flat();
};

async function checkEndpoint(
  { configuration, disk, clock }: Surgery,
  endpoint: Endpoint,
): Promise<readonly CheckResult[]> {
  const named = { check: "destination", of: endpoint.slug };
  const { organization } = configuration;
  try {
    const reached = await reachEndpoint(endpoint, { organization, disk, clock, log: silent });
    return [
      ofOutcome(named, reached),
      ...ofDate(endpoint.slug, reached, clock.now()),
      ...ofSize(endpoint, reached),
      ...ofCertificates(endpoint, clock.now()),
    ];
  } catch (error) {
    return [
      problem(named, describeError(error), "Remove the endpoint, or use a version that has it"),
    ];
  }
}

function ofOutcome(
  named: { readonly check: string; readonly of: string },
  { outcome }: Reached,
): CheckResult {
  switch (outcome.status) {
    case "delivered":
      return ok(named, "answers, and takes what is sent");
    case "paused":
      return problem(named, outcome.cause, "Correct address, credentials, certificate or topic");
    case "retry":
      return problem(
        named,
        outcome.cause,
        "Network, DNS, the destination itself: nothing is lost, events wait",
      );
    case "refused":
    case "tooLarge":
      return warning(
        named,
        `answers, and refuses a request without events: ${outcome.cause}`,
        "Fine for many; look at the pipeline once events are there",
      );
    case "partlyRefused":
      return warning(
        named,
        "answers a request without events with a refusal",
        "Look at the pipeline once events are there",
      );
  }
}

function ofDate(of: string, { date }: Reached, now: Micros): readonly CheckResult[] {
  const at = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(at)) return [];
  const named = { check: "clock", of };
  const skewMs = at - now / MICROS_PER_MS;
  if (Math.abs(skewMs) <= SKEW_MS_MAX) return [ok(named, "its clock and ours agree")];
  return [
    warning(
      named,
      `its clock is ${spoken(Math.abs(skewMs))} ${skewMs > 0 ? "ahead of" : "behind"} ours`,
      "Compare both with NTP: some destinations refuse times far from their own",
    ),
  ];
}

function ofSize({ slug, spec }: Endpoint, { messageBytesMax }: Reached): readonly CheckResult[] {
  if (spec.kind !== "kafka" || messageBytesMax === null) return [];
  const named = { check: "message size", of: slug };
  const seen = `the topic takes messages of ${bytes(messageBytesMax)}, the endpoint's limit is ${bytes(spec.messageBytesMax)}`;
  if (messageBytesMax >= spec.messageBytesMax) return [ok(named, seen)];
  return [
    warning(
      named,
      seen,
      "Raise the topic's max.message.bytes: larger events come to rest in quarantine",
    ),
  ];
}

function ofCertificates({ slug, spec }: Endpoint, now: Micros): readonly CheckResult[] {
  const tls = "tls" in spec ? spec.tls : null;
  if (tls === null) return [];
  const { certificateAuthority, client } = tls;
  return [
    ...(certificateAuthority === null
      ? []
      : [checkCertificate(slug, "authority's certificate", certificateAuthority, now)]),
    ...(client === null
      ? []
      : [checkCertificate(slug, "client certificate", client.certificate, now)]),
  ];
}
