import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeCertificates } from "../../../support/containers/tls.ts";
import type { ClientTls } from "./messages.ts";

/** Both ends of the connections of a trial. */
export interface OriginTls {
  /** As in chaperone.yaml. */
  readonly server: {
    readonly certificateFile: string;
    readonly keyRef: string;
    readonly clientAuthorityFile: string;
  };
  readonly client: ClientTls;
}

/** New certificates, in the trial's folder, which a container shares. */
export async function makeOriginTls(folder: string): Promise<OriginTls> {
  const certificates = await makeCertificates();
  const { ca, server, client } = certificates;
  await certificates.remove();
  const write = (name: string, pem: string): string => {
    writeFileSync(join(folder, name), pem, { mode: 0o600 });
    return join(folder, name);
  };
  return {
    server: {
      certificateFile: write("server.pem", server.cert),
      keyRef: `file:${write("server.key", server.key)}`,
      clientAuthorityFile: write("clients.pem", ca),
    },
    client: { ca, cert: client.cert, key: client.key },
  };
}
