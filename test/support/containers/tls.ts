import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** PEM texts and the files that hold them; the key is PKCS#8 and not encrypted. */
export interface KeyPair {
  readonly key: string;
  readonly cert: string;
  readonly keyFile: string;
  readonly certFile: string;
}

export interface Certificates {
  readonly folder: string;
  readonly ca: string;
  readonly caFile: string;
  /** Valid for 127.0.0.1 and localhost. */
  readonly server: KeyPair;
  /** Its subject is CN=chaperone-client. */
  readonly client: KeyPair;
  /** Another server certificate of the same authority, for these names (as in subjectAltName) and with this validity. */
  issueServer(options: { readonly name: string } & Partial<Validity>): Promise<KeyPair>;
  /** A client certificate of the same authority whose time is over. */
  expiredClient(): Promise<KeyPair>;
  remove(): Promise<void>;
}

interface Validity {
  readonly names: string;
  /** From now on; negative for one that has expired. */
  readonly days: number;
}

const SERVER: Validity = { names: "DNS:localhost,IP:127.0.0.1", days: 30 };

/** Makes an authority and a server and a client certificate of it; every call makes an authority that no other trusts. */
export async function makeCertificates(): Promise<Certificates> {
  const folder = await mkdtemp(join(tmpdir(), "chaperone-tls-"));
  const ca = await makeAuthority(folder);
  const issueServer: Certificates["issueServer"] = ({ name, ...options }) => {
    const { names, days } = { ...SERVER, ...options };
    const extensions = [`subjectAltName=${names}`, "extendedKeyUsage=serverAuth"];
    return makeLeaf(folder, name, { extensions, days });
  };
  const server = await issueServer({ name: "server" });
  const issueClient = (name: string, days: number): Promise<KeyPair> =>
    makeLeaf(folder, name, { extensions: ["extendedKeyUsage=clientAuth"], days });
  const client = await issueClient("chaperone-client", SERVER.days);
  return {
    issueServer,
    folder,
    ca: ca.cert,
    caFile: ca.certFile,
    server,
    client,
    expiredClient: () => issueClient("expired-client", -1),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function makeAuthority(folder: string): Promise<KeyPair> {
  const files = filesOf(folder, "ca");
  await openssl([
    "req",
    "-x509",
    ...newKey(files.keyFile, "ca"),
    "-days",
    "30",
    "-out",
    files.certFile,
  ]);
  return readPair(files);
}

async function makeLeaf(
  folder: string,
  name: string,
  { extensions, days }: { readonly extensions: readonly string[]; readonly days: number },
): Promise<KeyPair> {
  const files = filesOf(folder, name);
  const request = join(folder, `${name}.csr`);
  const extensionFile = join(folder, `${name}.ext`);
  await writeFile(extensionFile, `basicConstraints=CA:FALSE\n${extensions.join("\n")}\n`);
  await openssl(["req", ...newKey(files.keyFile, name), "-out", request]);
  const authority = filesOf(folder, "ca");
  const signing = ["-CA", authority.certFile, "-CAkey", authority.keyFile, "-CAcreateserial"];
  const contents = ["-in", request, "-extfile", extensionFile, "-days", String(days), "-sha256"];
  await openssl(["x509", "-req", ...contents, ...signing, "-out", files.certFile]);
  return readPair(files);
}

function newKey(keyFile: string, name: string): string[] {
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
  return ["-new", ...curve, "-nodes", "-sha256", "-subj", `/CN=${name}`, "-keyout", keyFile];
}

function filesOf(folder: string, name: string): { keyFile: string; certFile: string } {
  return { keyFile: join(folder, `${name}.key`), certFile: join(folder, `${name}.pem`) };
}

async function readPair(files: { keyFile: string; certFile: string }): Promise<KeyPair> {
  const [key, cert] = await Promise.all([
    readFile(files.keyFile, "utf8"),
    readFile(files.certFile, "utf8"),
  ]);
  return { ...files, key, cert };
}

async function openssl(args: string[]): Promise<void> {
  try {
    await run("openssl", args);
  } catch (error) {
    throw new Error(`"openssl ${args.join(" ")}" failed; is openssl installed?`, { cause: error });
  }
}
