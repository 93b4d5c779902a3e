import type { DossierFile } from "../../model/dossier.ts";
import { canonical, isObject, sha256 } from "./canonical.ts";
import { checkOf, type Check } from "./check.ts";
import { createChain } from "./chain.ts";

/** Delivered events, line by line, against which a dossier is held. */
export interface Delivered {
  /** One event in its JSON form. False for a line that is none. */
  take(line: string): boolean;
  checks(): readonly Check[];
}

/** What is kept of an event that is not in the dossier and whose first verdict names its grant. */
interface Beside {
  readonly observedAt: string;
  isStillNamed: boolean;
  revision: number;
}

/**
 * @param isFor what the lines are for: events of the grant and the chain of seals may be in files of their own.
 */
export function createDelivered(
  { dossier, seal }: DossierFile,
  isFor: { readonly events: boolean; readonly seals: boolean },
): Delivered {
  const grant = dossier.grant.id;
  const listed = new Map(
    dossier.timeline.flatMap(({ events }) => events.map((event) => [event.id, event] as const)),
  );
  /** Digest of what was said of a listed event, by its id and revision. */
  const said = new Map<string, string>();
  const lastRevision = new Map<string, number>();
  const beside = new Map<string, Beside>();
  const chain = createChain({ dossier, seal });

  function takeVerdict(about: Said): void {
    const { id, number, verdict, observedAt } = about;
    if (listed.has(id)) {
      said.set(`${id} ${number}`, sha256(canonical({ id, verdict })));
      lastRevision.set(id, Math.max(number, lastRevision.get(id) ?? 0));
      return;
    }
    const isNamed = names(verdict, grant);
    const known = beside.get(id);
    if (known !== undefined && number > known.revision) {
      known.revision = number;
      known.isStillNamed = isNamed;
    } else if (known === undefined && number === 0 && isNamed) {
      beside.set(id, { observedAt, isStillNamed: true, revision: 0 });
    }
  }

  return {
    take: (line) => {
      const event = eventOf(line);
      if (event === null) return false;
      if (isFor.seals) chain.take(event);
      const about = isFor.events ? saidOf(event) : null;
      if (about !== null) takeVerdict(about);
      return true;
    },
    checks: () => [
      ...(isFor.events ? checkEvents() : []),
      ...(isFor.events ? checkBeside() : []),
      ...(isFor.seals ? chain.checks() : []),
    ],
  };

  function checkEvents(): readonly Check[] {
    const wrong = [...listed.values()].flatMap(({ id, revision, digest }) => {
      const delivered = said.get(`${id} ${revision}`);
      if (delivered === undefined)
        return lastRevision.has(id)
          ? [`event ${id} was delivered without revision ${revision}`]
          : [`event ${id} was not delivered`];
      return delivered === digest ? [] : [`event ${id} was delivered with another verdict`];
    });
    const checks = checkOf(
      "delivered events",
      wrong,
      `all ${listed.size} were delivered as listed`,
    );
    const revised = [...listed.values()].filter(
      ({ id, revision }) => (lastRevision.get(id) ?? 0) > revision,
    ).length;
    if (revised === 0) return checks;
    const says = `${revised} events were revised after the seal`;
    return [...checks, { name: "delivered events", state: "note", says }];
  }

  /** What was read before the seal was made has to be in it. When what came later was read nobody but a later seal can say. */
  function checkBeside(): readonly Check[] {
    const all = [...beside].filter(([, { isStillNamed }]) => isStillNamed);
    const { sealing, unlisted } = dossier;
    const ids = all.map(([id]) => id).sort((a, b) => (a < b ? -1 : 1));
    if (unlisted !== null && sha256(ids.join("\n")) === unlisted.idsDigest) return [];
    const until = sealing?.basis === "watermarks" ? sealing.completeTo : "";
    const early = unlisted !== null ? [] : all.filter(([, one]) => one.observedAt < until);
    const wrong = early.map(([id]) => `event ${id} was read before the seal, and is left out`);
    const later = all.length - early.length;
    const says = `${later} delivered events of the grant are not listed: they are newer, or beyond its limit`;
    return [
      ...checkOf("left out", wrong, "nothing that was read before the seal is left out"),
      ...(later === 0 ? [] : [{ name: "left out", state: "note", says } as const]),
    ];
  }
}

/** What an event, or a revision of it, says. */
interface Said {
  readonly id: string;
  readonly number: number;
  readonly verdict: unknown;
  readonly observedAt: string;
}

function saidOf(event: Readonly<Record<string, unknown>>): Said | null {
  const { id, detail, verdict } = event;
  if (typeof id !== "string") return null;
  const observedAt = typeof event["observedAt"] === "string" ? event["observedAt"] : "";
  const revision = isObject(detail) && isObject(detail["revision"]) ? detail["revision"] : null;
  if (revision === null) return { id, number: 0, verdict, observedAt };
  const { eventId, number } = revision;
  if (typeof eventId !== "string" || typeof number !== "number") return null;
  return { id: eventId, number, verdict, observedAt };
}

function names(verdict: unknown, grant: string): boolean {
  if (!isObject(verdict)) return false;
  return [verdict["grants"], verdict["related"]].some(
    (ids) => Array.isArray(ids) && ids.includes(grant),
  );
}

function eventOf(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
