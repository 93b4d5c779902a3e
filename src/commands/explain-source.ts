import { ChaperoneError } from "../model/error.ts";
import type { Dialect, Source } from "../model/record.ts";
import type { SourceConfiguration } from "../model/source.ts";
import { sourceOf } from "../collect/collectors.ts";
import { DESCRIBED } from "./explain-dialects.ts";

const HINT = "Name it with --source, or say --dialect and --cluster.";

/** The source that a record is taken to be from: the named one, the described one, or the only one that its content fits. */
export function explainSource(
  bytes: Uint8Array,
  configured: readonly SourceConfiguration[],
  options: { readonly source?: string; readonly dialect?: string; readonly cluster?: string },
): Source {
  const sources = configured.filter(({ options }) => options.kind !== "unbuilt").map(sourceOf);
  if (options.source !== undefined) return named(options.source, sources);
  const cluster = options.cluster ?? null;
  const asked = DESCRIBED.find((one) => one === options.dialect);
  if (asked !== undefined) return described(asked, cluster, sources);
  const dialect = dialectOf(bytes);
  const fitting = sources.filter((source) => source.dialect === dialect);
  const [first] = fitting;
  // Sources of one dialect and cluster make the same event of a record.
  if (first !== undefined && fitting.every(({ cluster }) => cluster === first.cluster))
    return first;
  const names = fitting.map(({ name }) => name).join(", ");
  throw new ChaperoneError(
    "USAGE",
    `Cannot tell which source the record is from: ${dialect} fits ${names === "" ? "none" : names}`,
    { hint: HINT },
  );
}

function named(name: string, sources: readonly Source[]): Source {
  const source = sources.find((each) => each.name === name);
  if (source !== undefined) return source;
  throw new ChaperoneError("USAGE", `Cannot explain a record of source "${name}": there is none`, {
    hint: `Sources: ${sources.map((each) => each.name).join(", ")}.`,
  });
}

function described(dialect: Dialect, cluster: string | null, sources: readonly Source[]): Source {
  const fitting = sources.find(
    (each) => each.dialect === dialect && (cluster === null || each.cluster === cluster),
  );
  if (fitting !== undefined) return fitting;
  const namesCluster = dialect === "teleport" || dialect === "out-of-band";
  if (namesCluster || cluster !== null) return { name: "explain", dialect, cluster };
  const what = dialect === "support-access" ? "a snapshot" : "a Kubernetes record";
  throw new ChaperoneError("USAGE", `Cannot explain ${what} without its cluster`, { hint: HINT });
}

/** Kubernetes audit events have an `auditID`, or are webhook batches; what fits nothing else is tried as Teleport's. */
export function dialectOf(bytes: Uint8Array): Dialect {
  const text = Buffer.from(bytes);
  if (text.includes('"auditID"')) return "kubernetes-audit";
  if (/^\ufeff?\s*Support Access Status\s*:/i.test(text.toString("utf8", 0, 1_024)))
    return "support-access";
  return text.includes('"recordedBy"') && text.includes('"notAfter"') ? "out-of-band" : "teleport";
}
