import { ChaperoneError } from "../model/error.ts";
import type { Dialect, Source } from "../model/record.ts";
import type { SourceConfiguration } from "../model/source.ts";
import { sourceOf } from "../collect/collectors.ts";

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
  if (options.dialect === "kubernetes-audit" || options.dialect === "teleport")
    return described(options.dialect, cluster, sources);
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
  if (dialect === "teleport" || cluster !== null) return { name: "explain", dialect, cluster };
  throw new ChaperoneError("USAGE", "Cannot explain a Kubernetes record without its cluster", {
    hint: HINT,
  });
}

/** Kubernetes audit events have an `auditID`, or are webhook batches; everything else is tried as Teleport's. */
function dialectOf(bytes: Uint8Array): Dialect {
  return Buffer.from(bytes).includes('"auditID"') ? "kubernetes-audit" : "teleport";
}
