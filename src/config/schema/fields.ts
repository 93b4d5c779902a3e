import { z } from "zod";
import { parseDuration, parsePeriod, type Period } from "../read/duration.ts";
import { parseSize } from "../read/size.ts";

/**
 * The kinds of values that options have. Each takes the text that people write and gives what the code wants; a field that is a
 * number, or true or false, also takes it as text, since that is what an environment variable gives.
 */
export type Field<T> = z.ZodType<T>;

const SLUG = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;
const SLUG_LENGTH_MAX = 63;
const TEXT_LENGTH_MAX = 4_096;
const ITEMS_MAX = 10_000;

export function text(description: string): Field<string> {
  return z.string().min(1).max(TEXT_LENGTH_MAX).describe(description);
}

/** A name that also becomes the name of a folder or a label. */
export function slug(description: string): Field<string> {
  return z
    .string()
    .max(SLUG_LENGTH_MAX, { error: `must have at most ${SLUG_LENGTH_MAX} characters` })
    .regex(SLUG, {
      error: "must be lower-case letters, digits and hyphens, with a letter or digit at both ends",
    })
    .describe(description);
}

export function list<T>(item: Field<T>, description: string): Field<T[]> {
  return z.array(item).max(ITEMS_MAX).describe(description);
}

/** A list that may be left out. */
export function texts(description: string): Field<string[]> {
  return list(text("One of them."), description).prefault([]);
}

export function oneOf<const T extends string>(values: readonly T[], description: string): Field<T> {
  return z.enum(values).describe(description);
}

export function flag(description: string): Field<boolean> {
  return z
    .union([z.boolean(), z.enum(["true", "false"])], { error: "must be true or false" })
    .transform((value) => value === true || value === "true")
    .describe(description);
}

export function whole(
  range: { readonly min: number; readonly max: number },
  description: string,
): Field<number> {
  const error = `must be a whole number from ${range.min} to ${range.max}`;
  return z
    .union([z.int(), z.string().regex(/^\d{1,15}$/, { error })], { error })
    .transform(Number)
    .pipe(z.number().min(range.min, { error }).max(range.max, { error }))
    .describe(description);
}

/** Milliseconds, from an ISO 8601 duration. */
export function duration(
  range: { readonly minMs: number; readonly maxMs: number },
  description: string,
): Field<number> {
  return z
    .string({ error: "must be an ISO 8601 duration such as PT30S, PT2H or P30D" })
    .transform((value, context) => {
      const ms = parseDuration(value);
      if (ms !== null && ms >= range.minMs && ms <= range.maxMs) return ms;
      const message =
        ms === null
          ? "must be an ISO 8601 duration of fixed length such as PT30S, PT2H or P30D"
          : `must be from ${range.minMs / 1_000} to ${range.maxMs / 1_000} seconds`;
      context.issues.push({ code: "custom", message, input: value });
      return z.NEVER;
    })
    .describe(`${description} ISO 8601 duration.`);
}

/** Whole days or months, as long as the calendar makes them. */
export function period(description: string): Field<Period> {
  const message =
    "must be an ISO 8601 duration of at least a day, in years, months, weeks or days, such as P12M";
  return z
    .string({ error: message })
    .transform((value, context) => {
      const parsed = parsePeriod(value);
      if (parsed !== null && parsed.months + parsed.days > 0) return parsed;
      context.issues.push({ code: "custom", message, input: value });
      return z.NEVER;
    })
    .describe(`${description} ISO 8601 duration of whole days or months.`);
}

/** Bytes, from `20GiB` or a number. */
export function size(
  range: { readonly min: number; readonly max: number },
  description: string,
): Field<number> {
  const form = "must be a size such as 64MiB, 20GiB or a number of bytes";
  return z
    .union([z.int(), z.string()], { error: form })
    .transform((value, context) => {
      const bytes = parseSize(value);
      if (bytes !== null && bytes >= range.min && bytes <= range.max) return bytes;
      const message = bytes === null ? form : `must be from ${range.min} to ${range.max} bytes`;
      context.issues.push({ code: "custom", message, input: value });
      return z.NEVER;
    })
    .describe(`${description} Bytes, or a size such as 64MiB.`);
}
