import { loadConfiguration } from "../config/load.ts";
import { sourceOf } from "../collect/collectors.ts";
import { canonicalJson } from "../correlate/dossier/canonical.ts";
import { grantIds, readDossier, type ReadDossier } from "../correlate/dossier/read.ts";
import { ChaperoneError } from "../model/error.ts";
import { systemClock } from "../platform/clock.ts";
import type { DossierFormat } from "./dossier/format.ts";
import { htmlPage } from "./dossier/html.ts";
import { textLines } from "./dossier/text.ts";
import { EXIT } from "./exit-code.ts";
import { withLedger } from "./ledger.ts";
import { printable, withoutControls } from "./output.ts";
import { writeOutput } from "./write-output.ts";

export interface DossierOptions {
  readonly config: string;
  readonly json: boolean;
  /** The grant, or the beginning of its id. */
  readonly id: string;
  readonly format: DossierFormat;
  readonly out?: string;
}

/**
 * `chaperone dossier`: the account of one grant. Of a sealed one its sealed form, byte for byte, and on standard error what is newer; of
 * another one a draft that says so. Changes nothing, beside a service too.
 */
export function dossierCommand(options: DossierOptions): Promise<number> {
  const configuration = loadConfiguration(options.config, process.env);
  const read = withLedger(configuration, (ledger) => {
    const ids = grantIds(ledger, options.id);
    const [first, second] = ids;
    const id = ids.includes(options.id) ? options.id : first;
    if (id === undefined || (id !== options.id && second !== undefined))
      throw noOne(options.id, ids);
    const { policy } = configuration;
    const sources = configuration.sources
      .filter((source) => source.options.kind !== "unbuilt")
      .map(sourceOf);
    return readDossier(ledger, id, { policy, sources, now: systemClock.now() });
  });
  if (read === null) throw noOne(options.id, []);
  const format = options.json ? "json" : options.format;
  if (options.out === undefined) process.stdout.write(contentOf(read, format, "terminal"));
  else writeOutput(options.out, contentOf(read, format, "file"));
  if (format === "json" && read.newer !== null)
    process.stderr.write("Newer than this seal: another one will add what came after it\n");
  if (format === "json" && read.file.seal === null)
    process.stderr.write("A draft: nothing seals it\n");
  return Promise.resolve(EXIT.ok);
}

function noOne(id: string, ids: readonly string[]): ChaperoneError {
  const why = ids.length === 0 ? "no id begins so" : `${ids.length} ids begin so`;
  return new ChaperoneError("USAGE", `Cannot show the dossier of "${printable(id)}": ${why}`, {
    hint: "chaperone grants lists them.",
  });
}

/** A terminal gets JSON in which what could steer it is escaped, which says the same. */
function contentOf(read: ReadDossier, format: DossierFormat, to: "terminal" | "file"): string {
  switch (format) {
    case "json": {
      const json = canonicalJson(read.file);
      return `${to === "terminal" ? withoutControls(json) : json}\n`;
    }
    case "html":
      return htmlPage(read);
    case "text":
      return `${textLines(read).join("\n")}\n`;
  }
}
