import { problem, type ConfigurationPath, type Problem } from "../problem.ts";
import { hasReference } from "../read/substitute.ts";

/** Keys that hold a secret itself. */
const SECRET_KEYS = new Set(["password", "token", "key", "secretAccessKey", "sessionToken"]);
/** Keys of certificates in `tls` and of credentials: elsewhere `key` and `token` are words like others. */
const SECRET_FOLDERS = new Set([
  "basicAuth",
  "bearerToken",
  "scram",
  "plain",
  "s3",
  "clientCertificate",
  "tls",
]);

/** Secrets that stand in the file itself. `tree` is the file before variables were put in. */
export function checkSecrets(tree: unknown): readonly Problem[] {
  const problems: Problem[] = [];
  function visit(value: unknown, path: ConfigurationPath): void {
    if (typeof value === "string") {
      if (isSecretPath(path) && !hasReference(value))
        problems.push(
          problem(path, "must not stand in the file", {
            about: "key",
            hint: `write \${NAME}, or ${String(path.at(-1))}Ref with env:NAME or file:PATH`,
          }),
        );
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) visit(item, [...path, index]);
    } else if (typeof value === "object" && value !== null) {
      for (const [key, item] of Object.entries(value)) visit(item, [...path, key]);
    }
  }
  visit(tree, []);
  return problems;
}

function isSecretPath(path: ConfigurationPath): boolean {
  return SECRET_KEYS.has(String(path.at(-1))) && SECRET_FOLDERS.has(String(path.at(-2)));
}

/**
 * Whether what stands at a path is not to be shown: everything that is written beside an endpoint's spec, or among credentials,
 * also under a misspelt key; and everything whose name sounds like a secret, wherever it stands.
 */
export function isMasked(path: ConfigurationPath): boolean {
  const isCredential =
    path[0] === "relay" &&
    path[1] === "endpoints" &&
    path.length > 4 &&
    path[3] !== "spec" &&
    path[3] !== "ref";
  return (
    isCredential ||
    path.some((key) =>
      /pass|secret|token|credential|auth(?!ority)|api-?key|^key$|^(?:scram|plain)$/i.test(
        String(key),
      ),
    )
  );
}
