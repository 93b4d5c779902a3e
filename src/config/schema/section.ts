import { z } from "zod";
import type { Field } from "./fields.ts";

export type Shape = Readonly<Record<string, z.ZodType>>;
export type SectionOf<S extends Shape> = z.ZodObject<
  { -readonly [K in keyof S]: S[K] },
  z.core.$strict
>;

/**
 * A mapping with known keys. For an unknown key the issue's message is the list of the known ones, in JSON: the problem that is
 * made of it (explain-issue.ts) names the nearest.
 */
export function section<S extends Shape>(description: string, shape: S): SectionOf<S> {
  return z
    .strictObject(shape, {
      error: (issue) =>
        issue.code === "unrecognized_keys" ? JSON.stringify(Object.keys(shape)) : undefined,
    })
    .describe(description);
}

/** A section in which exactly one of some keys must stand; `what` names them in the message. */
export function exactlyOne<T extends z.ZodType>(of: T, keys: readonly string[], what: string): T {
  return oneAmong(of, keys, { what, isNeeded: true });
}

/** A section in which at most one of some keys may stand. */
export function atMostOne<T extends z.ZodType>(of: T, keys: readonly string[], what: string): T {
  return oneAmong(of, keys, { what, isNeeded: false });
}

function oneAmong<T extends z.ZodType>(
  of: T,
  keys: readonly string[],
  { what, isNeeded }: { readonly what: string; readonly isNeeded: boolean },
): T {
  function count(value: unknown): number {
    return keys.filter((key) => isMapping(value) && value[key] !== undefined).length;
  }
  function isRight(value: unknown): boolean {
    return count(value) === 1 || (count(value) === 0 && !isNeeded);
  }
  // `when`: also where the section has other problems. Next to an unknown key, which is likely the missing one, it is no news.
  function isNews({ value, issues }: z.core.ParsePayload): boolean {
    const hasUnknown = issues.some((issue) => issue.code === "unrecognized_keys");
    return isMapping(value) && (!hasUnknown || count(value) > 1);
  }
  return of
    .refine(isRight, {
      error: `must have ${isNeeded ? "exactly" : "at most"} one ${what}: ${keys.join(", ")}`,
      when: isNews,
    })
    .refine(isRight, {
      error: FOLLOWS,
      when: (payload) => isMapping(payload.value) && !isNews(payload),
    });
}

/** Message of an issue that follows from another one: it stops the section's transform, and nobody is told. */
export const FOLLOWS = "follows";

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The field, or nothing: for keys that may be left out and have no default. */
export function maybe<T>(field: Field<T>): z.ZodOptional<Field<T>> {
  return field.optional();
}

/** A section that may be left out: every key then has its default. */
export function withDefaults<T extends z.ZodType>(of: T): z.ZodPrefault<T> {
  return of.prefault({} as z.input<T>);
}
