import type { ConfigurationPath } from "../problem.ts";
import { isMasked } from "./secrets.ts";

const LENGTH_MAX = 80;

/**
 * A value as a problem may show it: as it stands in the file, where variables are still names. Secrets are masked, lists and
 * mappings named only. Null where there is nothing to show.
 */
export function shownValue(value: unknown, path: ConfigurationPath): string | null {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (isMasked(path)) return "[redacted]";
  const text = withoutUserInfo(JSON.stringify(value));
  return text.length > LENGTH_MAX ? `${text.slice(0, LENGTH_MAX)}…` : text;
}

/**
 * `https://user:password@host` without what stands before the last at sign, and `user:password@host` too: a password that was not
 * escaped may hold slashes and at signs, and is then what makes the URL wrong.
 */
function withoutUserInfo(text: string): string {
  return text.replace(/:\/\/.*@/, "://[redacted]@").replace(/^"[^/@]*:.*@/, '"[redacted]@');
}
