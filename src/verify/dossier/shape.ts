import type { Dossier, DossierFile, DossierSeal } from "../../model/dossier.ts";
import { isObject } from "./canonical.ts";

/** A form that a value of JSON must have; every key of an object, and no other. */
type Form =
  | "text"
  | "integer"
  | "boolean"
  | "instant"
  | { readonly orNull: Form }
  | { readonly listOf: Form }
  | { readonly [key: string]: Form };

const text = "text";
const integer = "integer";
const instant = "instant";
const orNull = (form: Form): Form => ({ orNull: form });
const listOf = (form: Form): Form => ({ listOf: form });
const listed = (form: Form): Form => ({ listed: listOf(form), unlisted: integer });
const maybe = orNull(text);
const texts = listOf(text);
const interval: Form = { from: instant, until: orNull(instant), endCause: maybe };
const verdict: Form = {
  grants: texts,
  related: texts,
  method: text,
  coverage: text,
  skewMs: orNull(integer),
};
const left: Readonly<Record<string, Form>> = {
  what: text,
  cluster: text,
  kind: text,
  namespace: maybe,
  name: text,
  since: instant,
  evidence: texts,
};

const GRANT: Record<keyof Dossier["grant"], Form> = {
  id: text,
  kind: text,
  vendor: maybe,
  cluster: maybe,
  principal: text,
  rolesRequested: texts,
  roles: texts,
  resources: listOf({ cluster: text, kind: text, name: text }),
  reason: maybe,
  requestedAt: orNull(instant),
  decisions: listOf({ by: maybe, at: instant, state: text, isDeciding: "boolean", eventId: text }),
  intervals: listOf(interval),
  onClusters: listOf({ cluster: text, intervals: listOf(interval) }),
  validUntil: orNull(instant),
  credentialUntil: orNull(instant),
  endedAt: orNull(instant),
  state: text,
  evidence: texts,
};

const ACTION: Record<keyof Dossier["timeline"][number], Form> = {
  at: instant,
  judgedAt: instant,
  origin: { name: text, kind: text, cluster: maybe },
  actor: maybe,
  impersonator: maybe,
  class: text,
  name: text,
  target: {
    kind: maybe,
    apiGroup: maybe,
    namespace: maybe,
    name: maybe,
    subresource: maybe,
    host: maybe,
  },
  command: maybe,
  outcome: { status: text, code: maybe },
  session: maybe,
  verdict,
  events: listOf({ id: text, at: instant, stage: maybe, revision: integer, digest: text }),
};

const DOSSIER: Record<keyof Dossier, Form> = {
  organization: text,
  grant: GRANT,
  sealing: orNull({
    number: integer,
    previousDigest: maybe,
    previousChainDigest: maybe,
    addendumTo: orNull({ number: integer, digest: text }),
    basis: text,
    completeTo: instant,
  }),
  origins: listOf({
    name: text,
    kind: text,
    cluster: maybe,
    isWaitedFor: "boolean",
    events: integer,
    first: orNull(instant),
    last: orNull(instant),
  }),
  gaps: listed({
    eventId: text,
    source: text,
    foundAt: instant,
    from: text,
    to: text,
    sizeBytes: orNull(integer),
    count: orNull(integer),
    cause: text,
  }),
  coverage: listOf({ coverage: text, class: text, actions: integer }),
  sessions: listOf({
    id: text,
    protocol: maybe,
    cluster: text,
    person: maybe,
    login: maybe,
    reached: maybe,
    start: orNull(instant),
    end: orNull(instant),
    recording: text,
  }),
  findings: listed({
    id: text,
    number: integer,
    rule: text,
    severity: text,
    state: text,
    subject: maybe,
    at: instant,
    evidence: texts,
  }),
  residue: listOf({ ...left, children: listOf(left) }),
  unknownChanges: listOf({
    at: instant,
    cluster: text,
    kind: text,
    namespace: maybe,
    name: text,
    eventId: text,
  }),
  revisions: listed({ eventId: text, number: integer, previous: text, coverage: text }),
  timeline: listOf(ACTION),
  unlisted: orNull({ events: integer, idsDigest: text }),
  eventsDigest: text,
};

const SEAL: Record<keyof DossierSeal, Form> = { digest: text, chainDigest: text, eventId: text };

const FILE: Record<keyof DossierFile, Form> = {
  format: text,
  dossier: DOSSIER,
  seal: orNull(SEAL),
};

/** Path of the first value that a dossier cannot have there; null where there is none, and the value is one. */
export function misshapen(value: unknown): string | null {
  return misfit(value, FILE, "");
}

function misfit(value: unknown, form: Form, path: string): string | null {
  if (typeof form === "string") return fits(value, form) ? null : path;
  if (isOrNull(form)) return value === null ? null : misfit(value, form.orNull, path);
  if (isListOf(form)) {
    if (!Array.isArray(value)) return path;
    return firstOf(value.entries(), ([index, item]) =>
      misfit(item, form.listOf, `${path}/${index}`),
    );
  }
  if (!isObject(value)) return path;
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(form, key));
  if (unknown !== undefined) return `${path}/${unknown}`;
  return firstOf(Object.entries(form), ([key, of]) =>
    Object.hasOwn(value, key) ? misfit(value[key], of, `${path}/${key}`) : `${path}/${key}`,
  );
}

function isOrNull(form: object): form is { readonly orNull: Form } {
  return "orNull" in form;
}

function isListOf(form: object): form is { readonly listOf: Form } {
  return "listOf" in form;
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

function fits(value: unknown, form: string): boolean {
  switch (form) {
    case "text":
      return typeof value === "string" && value.isWellFormed();
    case "instant":
      return typeof value === "string" && INSTANT.test(value);
    case "integer":
      return Number.isSafeInteger(value);
    default:
      return typeof value === "boolean";
  }
}

function firstOf<T>(all: Iterable<T>, of: (one: T) => string | null): string | null {
  for (const one of all) {
    const found = of(one);
    if (found !== null) return found;
  }
  return null;
}
