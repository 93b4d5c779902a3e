import { filesMatching, type SourceFile } from "../sources.ts";

/** A place in the source where a limit gets its value: its file, and the name that it has there. */
export interface FoundLimit {
  readonly file: string;
  readonly name: string;
  /** What it gets there, as it is written; empty for a range of the configuration. */
  readonly value: string;
}

/** `const SESSIONS_MAX = 64`; the containers of limits (`LIMITS`) have members, which are found by themselves. */
const CONSTANT =
  /\bconst ((?:[A-Z0-9]+_)*(?:MAX|MIN|LIMIT|TIMEOUT|CROWD|HEAD_BYTES|WAIT_MS|KEPT_MS)(?:_[A-Z0-9]+)*)\b(?:: [^=]+)? =(?! \{) ?([^;]*)/g;
/** `bytesMax: 8 * 1024`, `bytesMax: options.bytesMax ?? 8 * MIB`: a number, not a type and not what is passed on. */
const MEMBER = /\b([a-z]\w*(?:Max|Min)): ((?!number\b)[^,;{}\n]*?(?<![\w$])\d[^,;{}\n]*)/g;
/** `bytesMax = 65_536`, as a parameter's default and as a plain variable. */
const DEFAULT = /\b([a-z]\w*(?:Max|Min))(?:: number)? = ([^;,}\n]*?(?<![\w$])\d[^;,}\n]*)/g;
/** `ROWS_MAX = { seen: 2_000_000, … }`: each member is a limit, `ROWS_MAX.seen`. */
const TABLE = /\bconst ([A-Z_]+_MAX) = \{([^}]*)\}/g;
/** The options of Node and of packages that bound something, where they get no limit that is counted by itself. */
const OPTION =
  /\b(highWaterMark|bodyLimit|maxBuffer|maxOutputLength|maxHeaderSize|maxHeadersCount|maxConnections|maxRequestsPerSocket|maxAliasCount|maxQueueSize|maxExportBatchSize|maxSockets|maxInFlightRequests|maxRetries|maxPayloadLength|connectionTimeout|authenticationTimeout|requestTimeout|headersTimeout|handshakeTimeout|keepAliveTimeout|bodyTimeout|timeoutMillis|exportTimeoutMillis|timeout)(?:\??:| =) (?!number\b|duration\(|[\w.]*(?:[mM]ax|MAX|Ms|MS|Count)\b,?(?!\())/g;
/** Of the configuration: every range of a number, size or duration, and zod's own bounds. */
const RANGE = /(?<!function |Math|\w)(?:(?:duration|size|whole)|\.(?:max|min|lte|gte|length))\(/g;
const NAME = /(?:^|[\s,{(])([A-Za-z]\w*)\??:\s|\b(?:const|function) (\w+)/g;

function tables({ path, text }: SourceFile): readonly FoundLimit[] {
  return [...text.matchAll(TABLE)].flatMap(([, table = "", members = ""]) =>
    [...members.matchAll(/(\w+): ([^,]+),/g)].map(([, name, value = ""]) => ({
      file: path,
      name: `${table}.${name}`,
      value,
    })),
  );
}

function constants({ path, text }: SourceFile): readonly FoundLimit[] {
  return [CONSTANT, MEMBER, DEFAULT, OPTION].flatMap((rule) =>
    [...text.matchAll(rule)].map((match) => ({
      file: path,
      name: match[1] ?? "",
      value: (match[2] ?? "").trim(),
    })),
  );
}

/** A range is called what the nearest key, constant or function before it is called. */
function ranges({ path, text }: SourceFile): readonly FoundLimit[] {
  if (!path.startsWith("src/config/")) return [];
  return [...text.matchAll(RANGE)].map((match) => {
    const before = [...text.slice(0, match.index).matchAll(NAME)].at(-1);
    return { file: path, name: before?.[1] ?? before?.[2] ?? "", value: "" };
  });
}

/** Comments state limits of others; the code alone has them. */
function withoutComments(file: SourceFile): SourceFile {
  return { path: file.path, text: file.text.replaceAll(/\/\*[^]*?\*\/|(?<=^|\s)\/\/.*$/gm, "") };
}

const sources = filesMatching("src/**/*.ts").map(withoutComments);

export function limitsInSource(): readonly FoundLimit[] {
  const found = sources.flatMap((file) => [...constants(file), ...tables(file), ...ranges(file)]);
  const byPlace = new Map(found.map((limit) => [`${limit.file} ${limit.name}`, limit]));
  return [...byPlace.values()];
}

/** Every name in the source that says that it bounds something, with the files that have it. */
export function namesOfLimits(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { path, text } of sources)
    for (const [name] of text.matchAll(/\b[a-z]\w*(?:Max|Min)\b/g))
      found.set(name, [...(found.get(name) ?? []), path]);
  return found;
}
