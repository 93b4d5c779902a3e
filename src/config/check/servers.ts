import { problem, pathText, type ConfigurationPath, type Problem } from "../problem.ts";
import { parseDuration } from "../read/duration.ts";
import { parseSize } from "../read/size.ts";
import {
  BYTES_DEFAULT,
  HANDLER_PATH_DEFAULT,
  RETRY_MAX_DEFAULT,
  RETRY_MIN_DEFAULT,
  SESSION_PATH_DEFAULT,
  WEBHOOK_PATH_DEFAULT,
} from "../schema/http-sources.ts";
import { itemPaths, textAt, textsAt, valueAt } from "./raw.ts";

const KINDS = ["kubernetesAuditWebhook", "teleportEventHandler"] as const;

/** A configured source that is sent to. */
interface Served {
  readonly path: ConfigurationPath;
  readonly kind: (typeof KINDS)[number];
  readonly listen: string | null;
  readonly hasTls: boolean;
}

/** What servers must be for each other, and for those who may send to them. */
export function checkServers(tree: unknown): readonly Problem[] {
  const all = itemPaths(tree, ["sources"]).flatMap((source) =>
    KINDS.map((kind) => ({ path: [...source, kind], kind })),
  );
  const served: readonly Served[] = all
    .filter(({ path }) => isMapping(valueAt(tree, path)))
    .map(({ path, kind }) => ({
      path,
      kind,
      listen: textAt(tree, [...path, "listen"]),
      hasTls: isMapping(valueAt(tree, [...path, "tls"])),
    }));
  return [
    ...served.flatMap((one) => [
      ...checkReach(tree, one),
      ...checkClients(tree, one),
      ...checkLimits(tree, one),
      ...checkMetrics(tree, one),
    ]),
    ...checkAddresses(tree, served),
  ];
}

function checkReach(tree: unknown, { path, listen }: Served): readonly Problem[] {
  const isPlain = valueAt(tree, [...path, "plainHttp"]) !== undefined;
  if (!isPlain || listen === null || isLoopback(listen)) return [];
  return [
    problem([...path, "listen"], "must be a loopback address where there is no TLS", {
      hint: "give it tls, or listen on 127.0.0.1",
    }),
  ];
}

/** Without them anybody in reach could write into the audit trail. */
function checkClients(tree: unknown, { path, kind, hasTls }: Served): readonly Problem[] {
  if (!hasTls) return [];
  const tls = [...path, "tls"];
  const hasAuthority = ["clientAuthorityFile", "clientAuthorityData"].some(
    (key) => valueAt(tree, [...tls, key]) !== undefined,
  );
  const hasTokens = itemPaths(tree, [...path, "bearerTokens"]).length > 0;
  if (hasAuthority || (hasTokens && kind === "kubernetesAuditWebhook")) return [];
  const isWebhook = kind === "kubernetesAuditWebhook";
  return [
    problem(tls, "has no clientAuthorityFile: anybody could send events", {
      about: "key",
      hint: isWebhook
        ? "name the authority of the clients' certificates, or give bearerTokens"
        : "name the authority of the event handler's certificate",
    }),
  ];
}

function checkLimits(tree: unknown, { path }: Served): readonly Problem[] {
  const given = (key: string, otherwise: string): unknown =>
    valueAt(tree, [...path, key]) ?? otherwise;
  const inFlight = parseSize(given("bytesInFlightMax", BYTES_DEFAULT) as string);
  const body = parseSize(given("bodyBytesMax", BYTES_DEFAULT) as string);
  const least = parseDuration(String(given("retryAfterMin", RETRY_MIN_DEFAULT)));
  const most = parseDuration(String(given("retryAfterMax", RETRY_MAX_DEFAULT)));
  const problems: Problem[] = [];
  if (inFlight !== null && body !== null && inFlight < body)
    problems.push(problem([...path, "bytesInFlightMax"], `must be at least bodyBytesMax: ${body}`));
  if (least !== null && most !== null && least > most)
    problems.push(problem([...path, "retryAfterMax"], "must be at least retryAfterMin"));
  return problems;
}

/** A TLS section that never takes effect is a mistake that nobody would see. */
function checkMetrics(tree: unknown, { path }: Served): readonly Problem[] {
  const metrics = [...path, "metrics"];
  const urls = textsAt(tree, [...metrics, "endpoints"]);
  const hasTls = valueAt(tree, [...metrics, "tls"]) !== undefined;
  if (!hasTls || !urls.every(({ text }) => text.toLowerCase().startsWith("http:"))) return [];
  return [
    problem([...metrics, "tls"], "has no effect on http endpoints", {
      about: "key",
      hint: "use https",
    }),
  ];
}

/** Sources of one address share its server: they must agree about its TLS and differ in their paths. */
function checkAddresses(tree: unknown, served: readonly Served[]): readonly Problem[] {
  const health = textAt(tree, ["health", "listen"]);
  const firsts = new Map<string, Served>();
  const routes: (Route & { readonly listen: string })[] = [];
  return served.flatMap((one) => {
    const { path, listen } = one;
    if (listen === null) return [];
    const problems: Problem[] = [];
    if (listen === health)
      problems.push(problem([...path, "listen"], "is the same as health.listen"));
    const first = firsts.get(listen);
    firsts.set(listen, first ?? one);
    if (first !== undefined && transportOf(tree, first) !== transportOf(tree, one))
      problems.push(
        problem(
          path,
          `must have the same tls as ${pathText(first.path)}, whose address it shares`,
          {
            about: "key",
          },
        ),
      );
    for (const route of routesOf(tree, one)) {
      const others = routes.filter((other) => other.listen === listen);
      const same = others.find(({ text }) => text === route.text);
      const near = others.find((other) => isWithin(route, other) || isWithin(other, route));
      if (same !== undefined)
        problems.push(problem(route.path, `is the same as ${pathText(same.path)} at one address`));
      else if (near !== undefined)
        problems.push(
          problem(
            route.path,
            `cannot be told from ${pathText(near.path)} at one address: below sessionPath "S" every path "S.….log" is a session's`,
          ),
        );
      routes.push({ ...route, listen });
    }
    return problems;
  });
}

interface Route {
  readonly path: ConfigurationPath;
  readonly text: string;
  /** `sessionPath`: it stands for every `<text>.<session id>.log`. */
  readonly isSessions: boolean;
}

/** Whether requests to the first would be taken for sessions of the second. */
function isWithin(one: Route, sessions: Route): boolean {
  return (
    sessions.isSessions &&
    one.text.startsWith(`${sessions.text}.`) &&
    (one.isSessions || one.text.endsWith(".log"))
  );
}

/** The paths that are a source's own, as they stand or by default. */
function routesOf(tree: unknown, { path, kind }: Served): readonly Route[] {
  const own = (key: string, otherwise: string): Route => ({
    path: [...path, key],
    text: textAt(tree, [...path, key]) ?? otherwise,
    isSessions: key === "sessionPath",
  });
  return kind === "kubernetesAuditWebhook"
    ? [own("path", WEBHOOK_PATH_DEFAULT)]
    : [own("path", HANDLER_PATH_DEFAULT), own("sessionPath", SESSION_PATH_DEFAULT)];
}

function transportOf(tree: unknown, { path }: Served): string {
  const tls = valueAt(tree, [...path, "tls"]);
  return isMapping(tls)
    ? JSON.stringify(Object.entries(tls).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : "plain";
}

function isLoopback(listen: string): boolean {
  return /^(?:127\.\d{1,3}\.\d{1,3}\.\d{1,3}|localhost|\[::1\]):\d+$/.test(listen);
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
