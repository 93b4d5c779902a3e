import type { DossierFile } from "../../model/dossier.ts";
import { canonical, isObject, sha256 } from "./canonical.ts";
import { checkOf, type Check } from "./check.ts";

/** The organization's seals as they were delivered. */
export interface Chain {
  /** Any event; what is no seal is passed over. */
  take(event: Readonly<Record<string, unknown>>): void;
  checks(): readonly Check[];
}

interface DeliveredSeal {
  readonly eventId: string;
  readonly grantId: string;
  readonly number: number;
  readonly digest: string;
  readonly previousDigest: string | null;
  readonly chainDigest: string;
  readonly events: number;
  readonly findings: number;
  readonly gaps: number;
}

/** Holds the seal of a dossier against them, and them against each other. */
export function createChain({ dossier, seal }: Pick<DossierFile, "dossier" | "seal">): Chain {
  const seals = new Map<number, DeliveredSeal>();
  const wrong: string[] = [];

  return {
    take: (event) => {
      const found = sealOf(event, dossier.organization);
      if (found === null) return;
      const known = seals.get(found.number);
      if (known === undefined) seals.set(found.number, found);
      else if (canonical(known) !== canonical(found))
        wrong.push(`two seals have the number ${found.number}`);
    },
    checks: () => {
      const all = [...seals.values()].sort((a, b) => a.number - b.number);
      const links = [...wrong, ...all.flatMap((one, index) => linkOf(one, all[index - 1] ?? null))];
      return [
        ...checkOf(
          "sealed",
          sealed(),
          `the delivered seal ${dossier.sealing?.number} says this digest`,
        ),
        ...checkOf("chain", links, `${all.length} seals, each bound to the one before`),
        ...newer(all),
      ];
    },
  };

  function sealed(): readonly string[] {
    const { sealing, grant } = dossier;
    if (seal === null || sealing === null) return ["it is a draft"];
    const found = seals.get(sealing.number);
    if (found === undefined) return [`seal ${sealing.number} was not delivered`];
    const { timeline, findings, gaps } = dossier;
    const expected: DeliveredSeal = {
      eventId: seal.eventId,
      grantId: grant.id,
      number: sealing.number,
      digest: seal.digest,
      previousDigest: sealing.previousDigest,
      chainDigest: seal.chainDigest,
      events: timeline.reduce((sum, { events }) => sum + events.length, 0),
      findings: findings.listed.length + findings.unlisted,
      gaps: gaps.listed.length + gaps.unlisted,
    };
    const keys = Object.keys(expected) as (keyof DeliveredSeal)[];
    const differing = keys
      .filter((key) => expected[key] !== found[key])
      .map((key) => `the delivered seal has ${key} ${found[key]}, not ${expected[key]}`);
    const before = seals.get(sealing.number - 1);
    if (before !== undefined && before.chainDigest !== sealing.previousChainDigest)
      differing.push(`the seal before has the chain's digest ${before.chainDigest}`);
    const { addendumTo } = sealing;
    const first = addendumTo === null ? undefined : seals.get(addendumTo.number);
    if (first !== undefined && (first.digest !== addendumTo?.digest || first.grantId !== grant.id))
      differing.push(`seal ${first.number}, to which it adds, is another one`);
    return differing;
  }

  function newer(all: readonly DeliveredSeal[]): readonly Check[] {
    const number = dossier.sealing?.number ?? Infinity;
    const later = all.filter((one) => one.grantId === dossier.grant.id && one.number > number);
    const [first] = later;
    if (first === undefined) return [];
    const says = `${later.length} later seals of the grant add to it, the first of them ${first.number}`;
    return [{ name: "chain", state: "note", says }];
  }
}

/** The first one that was delivered may have others before it that were delivered elsewhere. */
function linkOf(one: DeliveredSeal, before: DeliveredSeal | null): readonly string[] {
  const { number, previousDigest, chainDigest, digest } = one;
  if (before === null)
    return number === 1 && (previousDigest !== null || chainDigest !== digest)
      ? ["seal 1 does not begin the chain"]
      : [];
  if (before.number !== number - 1)
    return [`between the seals ${before.number} and ${number} some are missing`];
  return previousDigest === before.digest && chainDigest === sha256(before.chainDigest + digest)
    ? []
    : [`seal ${number} is not bound to seal ${before.number}`];
}

function sealOf(
  event: Readonly<Record<string, unknown>>,
  organization: string,
): DeliveredSeal | null {
  const { id, detail, origin } = event;
  if (event["organization"] !== organization || typeof id !== "string") return null;
  if (!isObject(origin) || origin["kind"] !== "chaperone") return null;
  const grant = isObject(detail) && isObject(detail["grant"]) ? detail["grant"] : null;
  const seal = grant === null || !isObject(grant["seal"]) ? null : grant["seal"];
  if (grant === null || seal === null) return null;
  const number = (key: string): number => (typeof seal[key] === "number" ? seal[key] : NaN);
  const text = (key: string): string => (typeof seal[key] === "string" ? seal[key] : "");
  return {
    eventId: id,
    grantId: String(grant["grantId"]),
    number: number("number"),
    digest: text("digest"),
    previousDigest: seal["previousDigest"] === null ? null : text("previousDigest"),
    chainDigest: text("chainDigest"),
    events: number("events"),
    findings: number("findings"),
    gaps: number("gaps"),
  };
}
