/**
 * Evaluates Sigma detections (sigma-rules-specification 2.1) in the subset that our rules use: maps and lists of maps, lists of values,
 * null, the modifiers contains, startswith, endswith, re and all; conditions with and, or, not, parentheses, `1 of` and `all of`.
 * Throws at anything else, so that no rule passes for what was not evaluated.
 */
export interface SigmaRule {
  readonly title: string;
  readonly id: string;
  readonly status: string;
  readonly description: string;
  readonly logsource: Readonly<Record<string, string>>;
  readonly detection: Readonly<Record<string, unknown>> & { readonly condition: string };
  readonly fields?: readonly string[];
  readonly falsepositives: readonly string[];
  readonly level: string;
}

export function doesMatch(rule: SigmaRule, event: unknown): boolean {
  const { condition, ...searches } = rule.detection;
  const results = new Map<string, boolean>();
  for (const [name, search] of Object.entries(searches)) results.set(name, found(search, event));
  return evaluate(condition, results);
}

/** A list of maps is any of them. */
function found(search: unknown, event: unknown): boolean {
  if (Array.isArray(search)) return search.some((one) => found(one, event));
  if (typeof search !== "object" || search === null) throw new Error("a keyword is not evaluated");
  return Object.entries(search).every(([key, wanted]) => isFound(key, wanted, event));
}

function isFound(key: string, wanted: unknown, event: unknown): boolean {
  const [path = "", ...modifiers] = key.split("|");
  const isAll = modifiers.includes("all");
  const rest = modifiers.filter((name) => name !== "all");
  if (rest.length > 1) throw new Error(`"${key}" is not evaluated`);
  const value = valueAt(event, path);
  const list = Array.isArray(wanted) ? (wanted as unknown[]) : [wanted];
  const test = (one: unknown): boolean => isEqual(value, one, rest[0] ?? "");
  return isAll ? list.every(test) : list.some(test);
}

function valueAt(event: unknown, path: string): unknown {
  let at: unknown = event;
  for (const name of path.split("."))
    at = typeof at === "object" && at !== null ? (at as Record<string, unknown>)[name] : null;
  return at ?? null;
}

/** Text is compared without regard to case, as Sigma does; regular expressions are not. */
function isEqual(value: unknown, wanted: unknown, modifier: string): boolean {
  if (wanted === null) return value === null;
  if (typeof wanted !== "string") throw new Error(`a ${typeof wanted} is not evaluated`);
  if (/[*?\\]/.test(wanted) && modifier !== "re") throw new Error(`"${wanted}" has wildcards`);
  if (typeof value !== "string") return false;
  const [text, part] = [value.toLowerCase(), wanted.toLowerCase()];
  switch (modifier) {
    case "":
      return text === part;
    case "contains":
      return text.includes(part);
    case "startswith":
      return text.startsWith(part);
    case "endswith":
      return text.endsWith(part);
    case "re":
      return new RegExp(wanted).test(value);
    default:
      throw new Error(`the modifier "${modifier}" is not evaluated`);
  }
}

/** `or` binds least, then `and`, then `not`. */
function evaluate(condition: string, results: ReadonlyMap<string, boolean>): boolean {
  const tokens = condition.match(/\(|\)|[^\s()]+/g) ?? [];
  let at = 0;

  function either(): boolean {
    let value = both();
    while (tokens[at] === "or") {
      at++;
      const right = both();
      value ||= right;
    }
    return value;
  }

  function both(): boolean {
    let value = one();
    while (tokens[at] === "and") {
      at++;
      const right = one();
      value &&= right;
    }
    return value;
  }

  function one(): boolean {
    const token = tokens[at++];
    if (token === "not") return !one();
    if (token === "(") {
      const value = either();
      if (tokens[at++] !== ")") throw new Error(`"${condition}" has an open parenthesis`);
      return value;
    }
    if ((token === "1" || token === "all") && tokens[at] === "of") {
      const pattern = tokens[at + 1] ?? "";
      at += 2;
      const values = [...results].filter(([name]) => isNamed(name, pattern)).map(([, is]) => is);
      if (values.length === 0) throw new Error(`"${pattern}" names no search`);
      return token === "1" ? values.some(Boolean) : values.every(Boolean);
    }
    const value = results.get(token ?? "");
    if (value === undefined) throw new Error(`"${condition}" names no search: "${token ?? ""}"`);
    return value;
  }

  const value = either();
  if (at !== tokens.length) throw new Error(`"${condition}" is not evaluated to its end`);
  return value;
}

function isNamed(name: string, pattern: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
