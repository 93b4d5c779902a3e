import { createHash } from "node:crypto";
import { canonicalJson } from "../../src/correlate/dossier/canonical.ts";
import type { DossierFile } from "../../src/model/dossier.ts";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Mutable<T> = { -readonly [K in keyof T]: Mutable<T[K]> };

/** Every change of one place: another value, none, one more, one less. */
export function* changesOf(root: Json): Generator<{ readonly what: string; readonly value: Json }> {
  for (const path of pathsOf(root))
    for (const [name, other] of othersOf(at(root, path)))
      yield { what: `${path.join("/")} ${name}`, value: withAt(root, path, other) };
}

function* pathsOf(value: Json, path: readonly string[] = []): Generator<readonly string[]> {
  yield path;
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) yield* pathsOf(member, [...path, key]);
}

function othersOf(value: Json): (readonly [string, Json])[] {
  if (value === null)
    return [
      ["set", "x"],
      ["set to a number", 7],
    ];
  if (typeof value === "boolean") return [["turned", !value]];
  if (typeof value === "number")
    return [
      ["increased", value + 1],
      ["a fraction", value + 0.5],
    ];
  if (typeof value === "string")
    return [
      ["longer", `${value}x`],
      ["null", null],
      ["flipped", flipped(value)],
    ];
  if (Array.isArray(value)) {
    const [first = "x"] = value;
    return [
      ["one more", [...value, first]],
      ...(value.length > 0 ? [["one less", value.slice(1)] as const] : []),
    ];
  }
  const [, ...rest] = Object.entries(value);
  return [
    ["a key less", Object.fromEntries(rest)],
    ["a key more", { ...value, extra: null }],
  ];
}

function flipped(text: string): string {
  return text === "" ? "y" : text.slice(0, -1) + (text.endsWith("0") ? "1" : "0");
}

function at(value: Json, path: readonly string[]): Json {
  return path.reduce<Json>((inner, key) => (inner as { [key: string]: Json })[key] ?? null, value);
}

function withAt(root: Json, path: readonly string[], other: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return other;
  const copy = Array.isArray(root) ? [...root] : { ...(root as { [key: string]: Json }) };
  const inner = copy as { [key: string]: Json };
  inner[key] = withAt(inner[key] ?? null, rest, other);
  return copy;
}

/** What a forger who knows the rules would do: all digests made anew. */
export function resealed(value: unknown): unknown {
  const forged = structuredClone(value) as Mutable<DossierFile>;
  try {
    const { dossier, seal } = forged;
    const events = dossier.timeline.flatMap((action) =>
      action.events.map((event) => {
        event.digest = sha256(canonicalJson({ id: event.id, verdict: action.verdict }));
        return event;
      }),
    );
    dossier.eventsDigest = sha256(
      events
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
        .map(({ id, digest }) => `${id} ${digest}`)
        .join("\n"),
    );
    if (seal === null || dossier.sealing === null) return forged;
    const { number, previousChainDigest } = dossier.sealing;
    seal.digest = sha256(canonicalJson(dossier));
    seal.chainDigest =
      previousChainDigest === null ? seal.digest : sha256(previousChainDigest + seal.digest);
    seal.eventId = sha256(
      canonicalJson(["seal", dossier.organization, dossier.grant.id, number, seal.digest]),
    );
  } catch {
    // What has no such parts cannot be sealed anew.
  }
  return forged;
}

function sha256(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}
