/** What the server adds to `generateName` (apiserver, names.SimpleNameGenerator). */
const MADE = /^(.+)[a-z0-9]{5}$/;

/** Names that the server made and that the audit policy did not have logged: what they begin with, and a star, which no name has. */
export const nameless = {
  name: (prefix: string): string => `${prefix}*`,
  isSo: (name: string): boolean => name.endsWith("*"),
  /** Null for a name that is known. */
  prefixOf: (name: string): string | null => (name.endsWith("*") ? name.slice(0, -1) : null),
  /** What a known name would be if it had not been logged. */
  of: (name: string): string => `${MADE.exec(name)?.[1] ?? ""}*`,
} as const;
