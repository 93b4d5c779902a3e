import { pathOf, queryOf } from "../../model/request-uri.ts";
import { NO_STRINGS } from "../fields.ts";
import { isSecretName, redactArguments, redactText, REDACTED } from "../redact-command.ts";

/** Parameters that are a command line: one argument each in `command`, a whole line in `cmd` of the kubelet. */
const COMMAND = "command";
const COMMAND_LINE = "cmd";

/** What a query must hold for a secret to be in it; most hold none of it. */
const SUSPECT = /command|cmd|pass|pwd|secret|token|key|credential|auth/i;

const URI_REDACTED: readonly string[] = Object.freeze(["detail.kubernetes.requestUri"]);

interface RedactedUri {
  readonly uri: string;
  /** Paths of the event's fields that differ from the original. */
  readonly redacted: readonly string[];
}

/**
 * The request URI with secrets replaced, for the decoded field alone: an exec carries its whole command line in the query, at every
 * audit level, and tokens travel there too. What holds no secret stays as the client wrote it, its escapes included.
 */
export function redactUri(requestUri: string): RedactedUri {
  const query = queryOf(requestUri);
  if (!SUSPECT.test(query)) return { uri: requestUri, redacted: NO_STRINGS };
  const redactedQuery = redactQuery(query);
  return redactedQuery === query
    ? { uri: requestUri, redacted: NO_STRINGS }
    : { uri: `${pathOf(requestUri)}?${redactedQuery}`, redacted: URI_REDACTED };
}

interface Parameter {
  readonly written: string;
  readonly name: string;
  readonly value: string;
}

function redactQuery(query: string): string {
  const parameters = query.split("&").map(readParameter);
  const command = parameters.filter((p) => p.name === COMMAND).map((p) => p.value);
  const redactedCommand = redactArguments(command);
  let argument = 0;
  return parameters
    .map(({ written, name, value }) => {
      const shown =
        name === COMMAND
          ? (redactedCommand[argument++] ?? REDACTED)
          : name === COMMAND_LINE
            ? redactText(value)
            : isSecretName(name) && value !== ""
              ? REDACTED
              : value;
      return shown === value ? written : `${encodeURIComponent(name)}=${encodeURIComponent(shown)}`;
    })
    .join("&");
}

function readParameter(written: string): Parameter {
  const equals = written.indexOf("=");
  return equals < 0
    ? { written, name: decode(written), value: "" }
    : { written, name: decode(written.slice(0, equals)), value: decode(written.slice(equals + 1)) };
}

/** The text of a query part; itself where its escapes are no UTF-8. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part.replaceAll("+", " "));
  } catch {
    return part;
  }
}
