import type { TeleportFacts } from "../../model/facts.ts";

/**
 * Characters that the facts of a record may have. They are names and lists of names, which correlation compares and keeps: a cut one would
 * be another's, or hide the one role that matters.
 */
const FACTS_LENGTH_MAX = 256 * 1024;

/**
 * Why a record of so many bytes cannot be taken for its facts; null where it can. The reason of a request is written for people, and does
 * not count.
 */
export function whyTooLong(facts: TeleportFacts, sizeBytes: number): string | null {
  // No text has more characters than it takes bytes.
  if (sizeBytes <= FACTS_LENGTH_MAX) return null;
  const { dialect: _, contentDigest: __, accessRequest, ...read } = facts;
  const request = accessRequest === null ? null : { ...accessRequest, reason: null };
  const length = lengthOf([read, request]);
  if (length <= FACTS_LENGTH_MAX) return null;
  return `Cannot attribute a record of ${sizeBytes} bytes: the names in it have ${length} characters, and ${FACTS_LENGTH_MAX} are allowed`;
}

function lengthOf(value: unknown): number {
  if (typeof value === "string") return value.length;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, one) => sum + lengthOf(one), 0);
}
