import type { NormalizedEvent } from "../../../src/model/normalization.ts";
import { AGENT, approved, HOUR, kubernetes, teleport } from "../../support/correlate.ts";

/** A year of requests: everybody has asked as often, and the last request of each is open. */
export interface Story {
  readonly persons: number;
  readonly grants: number;
  readonly sessions: number;
}

const YEAR = 365 * 24 * HOUR;
/** When the measured events happen: the last requests were approved a little before, in seconds. */
const NOW = YEAR;

export function personOf(index: number): string {
  return `p${index}@vendor.example`;
}

/** All requests of one person, oldest first; the last one is open for a day. */
export function requestsOf(person: number, { persons, grants }: Story): NormalizedEvent[] {
  const count = Math.max(1, Math.round(grants / persons));
  return Array.from({ length: count }, (_, number) => {
    const isLast = number === count - 1;
    const requested = isLast ? NOW - HOUR : ((YEAR - 24 * HOUR) * number) / count;
    return approved(grantId(person, isLast ? "open" : number), {
      user: personOf(person),
      requested,
      approved: requested + 10,
      expires: requested + (isLast ? 24 : 1) * HOUR,
    });
  }).flat();
}

/** Sessions of one person that began and never ended. */
export function sessionsOf(person: number, { persons, sessions }: Story): NormalizedEvent[] {
  return Array.from({ length: Math.round(sessions / persons) }, (_, number) =>
    teleport({
      event: "session.start",
      at: NOW - HOUR + 60 + number,
      user: personOf(person),
      sessionId: `${person}-${number}`,
      accessRequests: [grantId(person, "open")],
      addressRemote: `198.51.100.${number % 250}:${1024 + person}`,
      protocol: "ssh",
      login: "acc",
    }),
  );
}

function grantId(person: number, number: number | "open"): string {
  return `grant-${person}-${number}`;
}

type Make = (person: number, number: number) => NormalizedEvent[];

/** One event of a vendor each, by how it gets its grants; `number` keeps them apart. */
export const EVENTS: Readonly<Record<string, Make>> = {
  "M1 named": (person, number) => [
    teleport({
      event: "kube.request",
      at: NOW + number / 1e3,
      user: personOf(person),
      accessRequests: [grantId(person, "open")],
      method: "GET",
      requestPath: `/api/v1/namespaces/n${number}/pods`,
      kubernetesCluster: "prod",
      kubernetesGroups: ["v:viewers"],
      target: { kind: "pods" },
    }),
  ],
  "M2 session": (person, number) => [
    teleport({
      event: "exec",
      at: NOW + number / 1e3,
      user: personOf(person),
      sessionId: `${person}-0`,
      protocol: "ssh",
    }),
  ],
  "M2 disconnect": (person, number) => [
    teleport({ event: "client.disconnect", at: NOW + number / 1e3, user: personOf(person) }),
  ],
  "M4 proxied": (person, number) => [
    ...(EVENTS["M1 named"]?.(person, number) ?? []),
    kubernetes({
      user: AGENT,
      as: personOf(person),
      asGroups: ["v:viewers"],
      at: NOW + number / 1e3,
      uri: `/api/v1/namespaces/n${number}/pods`,
    }),
  ],
  "M5 window": (person, number) => [
    kubernetes({ user: personOf(person), groups: ["v:viewers"], at: NOW + number / 1e3 }),
  ],
  "C6 after its end": (person, number) => [
    kubernetes({ user: personOf(person), groups: ["v:viewers"], at: NOW + 30 * HOUR + number }),
  ],
};
