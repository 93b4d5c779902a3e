import { loadConfiguration } from "../config/load.ts";
import { unbuiltKinds } from "../config/unbuilt.ts";
import { EXIT } from "./exit-code.ts";
import { printJson, printLines } from "./output.ts";

/** `chaperone validate`: 0 for a configuration without problems; else all of them (ConfigurationError, exit code 78). Starts nothing. */
export function validateCommand(options: {
  readonly config: string;
  readonly json: boolean;
}): Promise<number> {
  const configuration = loadConfiguration(options.config, process.env);
  const { organization, sources, endpoints, pipelines } = configuration;
  const notBuilt = unbuiltKinds(configuration);
  if (options.json) {
    printJson({ valid: true, organization, notBuilt });
    return Promise.resolve(EXIT.ok);
  }
  const counts = [
    counted(sources.length, "source"),
    counted(endpoints.length, "endpoint"),
    counted(pipelines.length, "pipeline"),
  ];
  printLines([
    `"${options.config}" is valid: ${organization}, ${counts.join(", ")}`,
    ...notBuilt.map((what) => `This version cannot run ${what}: "chaperone run" will refuse it`),
  ]);
  return Promise.resolve(EXIT.ok);
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
