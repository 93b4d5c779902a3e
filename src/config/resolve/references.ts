import { ChaperoneError, describeError } from "../../model/error.ts";
import { problem, type ConfigurationPath, type Problem } from "../problem.ts";
import { Secret } from "../../model/secret.ts";
import type { Environment } from "../read/substitute.ts";
import { readUpTo } from "../read/read-up-to.ts";
import { parseSecretReference, type DeclaredSecret } from "../schema/secret.ts";
import { isCertificate, type DeclaredPem } from "../schema/tls.ts";
import { absolutePath } from "./absolute.ts";

/** What the configuration takes from elsewhere: variables and files with secrets and certificates. */
export interface References {
  secret(declared: DeclaredSecret): Secret;
  pem(declared: DeclaredPem): string;
  /** Looks up everything that the tree refers to, also where the schema found problems. */
  check(tree: unknown): readonly Problem[];
}

const FILE_BYTES_MAX = 1024 * 1024;
const PEM_FILE_KEYS = new Set([
  "certificateAuthorityFile",
  "certificateFile",
  "clientAuthorityFile",
]);

export function createReferences(folder: string, environment: Environment): References {
  function readSecret(declared: DeclaredSecret): Secret {
    switch (declared.from) {
      case "value":
        return declared.secret;
      case "environment": {
        const value = Object.hasOwn(environment, declared.name)
          ? environment[declared.name]
          : undefined;
        if (value === undefined || value === "")
          throw new RangeError(`the environment variable ${declared.name} is not set`);
        return new Secret(value);
      }
      case "file": {
        // Editors and `echo` end a file with a line end; no secret does.
        const text = readText(absolutePath(folder, declared.path)).replace(/\r?\n$/, "");
        if (text === "") throw new RangeError(`the file "${declared.path}" is empty`);
        return new Secret(text);
      }
    }
  }

  function readPem(declared: DeclaredPem): string {
    if (declared.from === "value") return declared.pem;
    const pem = readText(absolutePath(folder, declared.path));
    if (!isCertificate(pem))
      throw new RangeError(`the file "${declared.path}" holds no PEM certificate`);
    return pem;
  }

  function checkOne(path: ConfigurationPath, text: string): readonly Problem[] {
    const key = String(path.at(-1));
    const declared = key.endsWith("Ref") ? parseSecretReference(text) : null;
    try {
      if (declared !== null) readSecret(declared);
      if (PEM_FILE_KEYS.has(key)) readPem({ from: "file", path: text });
      return [];
    } catch (error) {
      return [problem(path, `cannot be used: ${describeError(error)}`, { about: "key" })];
    }
  }

  return {
    secret: (declared) => orUnreadable(() => readSecret(declared)),
    pem: (declared) => orUnreadable(() => readPem(declared)),
    check: (tree) => textsOf(tree, []).flatMap(({ path, text }) => checkOne(path, text)),
  };
}

/** A file that was there a moment ago and is not any more. */
function orUnreadable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new ChaperoneError("CONFIG_UNREADABLE", "Cannot read a file of the configuration", {
      cause: error,
    });
  }
}

function readText(path: string): string {
  return readUpTo(path, FILE_BYTES_MAX).toString();
}

function textsOf(
  value: unknown,
  path: ConfigurationPath,
): readonly { readonly path: ConfigurationPath; readonly text: string }[] {
  if (typeof value === "string") return [{ path, text: value }];
  if (typeof value !== "object" || value === null) return [];
  return Array.isArray(value)
    ? value.flatMap((item, index) => textsOf(item, [...path, index]))
    : Object.entries(value).flatMap(([key, item]) => textsOf(item, [...path, key]));
}
