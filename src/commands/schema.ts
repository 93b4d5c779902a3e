import { readdirSync, readFileSync } from "node:fs";
import { ChaperoneError } from "../model/error.ts";
import { packageFile } from "../platform/package-file.ts";
import { EXIT } from "./exit-code.ts";
import { printJson, printLines, printTable } from "./output.ts";

export interface SchemaOptions {
  readonly json: boolean;
  readonly subject?: string;
  readonly schemaVersion?: string;
}

/** The JSON Schema of the configuration file. It has no versions of its own: it goes with the program. */
const CONFIGURATION = "configuration";

const schemas = packageFile("schemas/");
const configuration = packageFile("config/chaperone.schema.json");

/** `chaperone schema`: the published schemas with their versions; or one of them, as it stands in its file. */
export function schemaCommand({ json, subject, schemaVersion }: SchemaOptions): Promise<number> {
  const published = publishedVersions();
  if (subject === undefined) {
    if (json) printJson([...published].map(([name, versions]) => ({ subject: name, versions })));
    else
      printTable(
        ["subject", "versions"],
        [
          ...[...published].map(([name, versions]) => [name, versions.join(", ")]),
          [CONFIGURATION, ""],
        ],
      );
    return Promise.resolve(EXIT.ok);
  }
  const text = readFileSync(fileOf(subject, schemaVersion, published), "utf8");
  if (json) printJson(JSON.parse(text));
  else printLines([text.trimEnd()]);
  return Promise.resolve(EXIT.ok);
}

function fileOf(
  subject: string,
  version: string | undefined,
  published: ReadonlyMap<string, readonly number[]>,
): URL {
  if (subject === CONFIGURATION && version === undefined) return configuration;
  const versions = published.get(subject);
  const wanted = version === undefined ? versions?.at(-1) : Number(version);
  if (versions !== undefined && wanted !== undefined && versions.includes(wanted))
    return new URL(`${subject}/v${wanted}.avsc`, schemas);
  const known = [...published.keys(), CONFIGURATION].join(", ");
  throw new ChaperoneError(
    "USAGE",
    `Cannot print schema "${subject}"${version === undefined ? "" : ` in version "${version}"`}`,
    { hint: `Known: ${versions === undefined ? known : `versions ${versions.join(", ")}`}.` },
  );
}

function publishedVersions(): ReadonlyMap<string, readonly number[]> {
  const subjects = readdirSync(schemas, { withFileTypes: true }).filter((each) =>
    each.isDirectory(),
  );
  return new Map(
    subjects
      .map(({ name }) => name)
      .sort()
      .map((name) => [name, versionsOf(name)]),
  );
}

function versionsOf(subject: string): readonly number[] {
  return readdirSync(new URL(`${subject}/`, schemas))
    .flatMap((file) => /^v(\d+)\.avsc$/.exec(file)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}
