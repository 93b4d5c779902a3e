import { request as plainRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { request as tlsRequest } from "node:https";
import type { TlsOptions } from "../../model/relay.ts";
import type { Secret } from "../../model/secret.ts";

export interface LinesRequest {
  readonly url: string;
  readonly bearerToken: Secret | null;
  readonly tls: TlsOptions | null;
  readonly timeoutMs: number;
  readonly bytesMax: number;
  readonly signal: AbortSignal;
}

const LINE_BYTES_MAX = 65_536;

/**
 * Gets a text and gives its lines away as they come; what is longer than a line may be is left out. Resolves with the answer's `Date`,
 * in milliseconds, null where it has none. Rejects on any status but 200, beyond a limit, and where the text ends early.
 */
export async function getLines(
  of: LinesRequest,
  onLine: (line: string) => void,
): Promise<{ readonly dateMs: number | null }> {
  const signal = AbortSignal.any([of.signal, AbortSignal.timeout(of.timeoutMs)]);
  const response = await answerTo(open(of, signal));
  if (response.statusCode !== 200) {
    response.destroy();
    throw new Error(`"${of.url}" answers ${response.statusCode ?? "nothing"}`);
  }
  let sizeBytes = 0;
  let rest = "";
  let isOverlong = false;
  const give = (line: string): void => {
    if (!isOverlong && line.length <= LINE_BYTES_MAX) onLine(line);
    isOverlong = false;
  };
  for await (const chunk of response.setEncoding("utf8") as AsyncIterable<string>) {
    sizeBytes += chunk.length;
    if (sizeBytes > of.bytesMax)
      throw new RangeError(`"${of.url}" answers with more than ${of.bytesMax} bytes`);
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) give(line);
    if (rest.length <= LINE_BYTES_MAX) continue;
    isOverlong = true;
    rest = "";
  }
  if (rest !== "") give(rest);
  const dateMs = Date.parse(response.headers.date ?? "");
  return { dateMs: Number.isNaN(dateMs) ? null : dateMs };
}

function open({ url, bearerToken, tls }: LinesRequest, signal: AbortSignal): ClientRequest {
  const headers = bearerToken === null ? {} : { authorization: `Bearer ${bearerToken.reveal()}` };
  const options = { headers, signal, agent: false };
  if (!url.toLowerCase().startsWith("https:")) return plainRequest(url, options);
  const { certificateAuthority = null, client = null } = tls ?? {};
  return tlsRequest(url, {
    ...options,
    ...(certificateAuthority === null ? {} : { ca: certificateAuthority }),
    ...(client === null ? {} : { cert: client.certificate, key: client.key.reveal() }),
  });
}

function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.on("response", resolve);
    request.on("error", reject);
    request.end();
  });
}
