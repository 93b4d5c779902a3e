import { constants, hash } from "node:crypto";
import type { SecureContextOptions } from "node:tls";
import { describeError } from "../../model/error.ts";
import type { ServerCertificate, ServerTls } from "../../model/http.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Log } from "../../ports/log.ts";

/**
 * TLS 1.2 and later. No session is resumed: a resumed one would go on believing a client's certificate after it has expired or its
 * authority was taken away.
 */
export function tlsOptions(of: ServerCertificate): SecureContextOptions {
  return {
    cert: of.certificate,
    key: of.key.reveal(),
    ...(of.clientAuthority === null ? {} : { ca: of.clientAuthority }),
    minVersion: "TLSv1.2",
    secureOptions: constants.SSL_OP_NO_TICKET,
  };
}

export interface KeptCertificate {
  readonly tls: ServerTls;
  /** What the server was opened with. */
  readonly used: ServerCertificate;
  readonly everyMs: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Looks now and then whether certificate, key or authorities were renewed, and uses them for the connections that follow. What cannot
 * be read, or does not fit together, as in the middle of a renewal, is logged once and changes nothing.
 */
export async function keepCertificate(
  server: { setSecureContext(options: SecureContextOptions): void },
  { tls, used: first, everyMs, clock, log, signal }: KeptCertificate,
): Promise<void> {
  let used = digestOf(first);
  let isFailing = false;
  for (;;) {
    await clock.sleep(everyMs, signal);
    if (signal.aborted) return;
    try {
      const read = tls.read();
      const digest = digestOf(read);
      isFailing = false;
      if (digest === used) continue;
      server.setSecureContext(tlsOptions(read));
      used = digest;
      log.info({}, "A server's certificate was renewed");
    } catch (error) {
      if (!isFailing)
        log.warn(
          { cause: describeError(error) },
          "Cannot renew a server's certificate: the old one stays",
        );
      isFailing = true;
    }
  }
}

function digestOf({ certificate, key, clientAuthority }: ServerCertificate): string {
  return hash("sha256", JSON.stringify([certificate, key.reveal(), clientAuthority]));
}
