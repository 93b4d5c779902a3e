const ADDRESS_LENGTH_MAX = 64;
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
const IPV6 = /^[\da-fA-F:.]+(?:%[\w.-]+)?$/;
const UNSPECIFIED: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/**
 * The IP address of `host:port` or `host`. Null for what is none: a kube session's `addr.remote` is 0.0.0.0 behind a tunnel, and the
 * name of the pod where somebody leaves it.
 */
export function addressOf(hostAndPort: string | null): string | null {
  if (hostAndPort === null) return null;
  const colon = hostAndPort.lastIndexOf(":");
  const hasPort = colon >= 0 && !isAddress(hostAndPort);
  const host = hasPort ? hostAndPort.slice(0, colon) : hostAndPort;
  const address = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
  return isAddress(address) && !UNSPECIFIED.has(address) ? address : null;
}

/** Told by its form: whether every number is in range does not matter to who reads it. */
function isAddress(text: string): boolean {
  if (text.length > ADDRESS_LENGTH_MAX) return false;
  if (IPV4.test(text)) return true;
  return text.indexOf(":") !== text.lastIndexOf(":") && IPV6.test(text);
}
