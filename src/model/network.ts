/** A network as CIDR writes it: the addresses that share its first bits. IPv4 is told from IPv6 by the length. */
export interface Network {
  readonly bytes: readonly number[];
  readonly prefixBits: number;
}

const ADDRESS_LENGTH_MAX = 64;

/** The network of `10.0.0.0/8`, `2001:db8::/32` or a single address; null for anything else, and where bits behind the prefix are set. */
export function parseNetwork(text: string): Network | null {
  const [address = "", prefix, ...rest] = text.split("/");
  const bytes = rest.length > 0 ? null : parseAddress(address);
  if (bytes === null) return null;
  const bits = bytes.length * 8;
  if (prefix === undefined) return { bytes, prefixBits: bits };
  if (!/^(?:0|[1-9]\d{0,2})$/.test(prefix)) return null;
  const prefixBits = Number(prefix);
  const isWhole = bytes.every((byte, at) => (byte & ~maskOf(prefixBits, at)) === 0);
  return prefixBits <= bits && isWhole ? { bytes, prefixBits } : null;
}

/** Whether one of the networks has the address; null for what is no IP address, of which nobody can say. */
export function isInNetworks(networks: readonly Network[], address: string): boolean | null {
  const bytes = parseAddress(address);
  if (bytes === null) return null;
  return networks.some(
    (network) =>
      network.bytes.length === bytes.length &&
      network.bytes.every(
        (byte, at) => ((byte ^ (bytes[at] ?? 0)) & maskOf(network.prefixBits, at)) === 0,
      ),
  );
}

/** The bits of the byte at this place that belong to the prefix. */
function maskOf(prefixBits: number, at: number): number {
  const bits = Math.min(8, Math.max(0, prefixBits - at * 8));
  return (0xff << (8 - bits)) & 0xff;
}

/** 4 or 16 bytes; an IPv4 address that IPv6 carries (`::ffff:10.0.0.1`) is the IPv4 address. A zone is left out. */
function parseAddress(text: string): readonly number[] | null {
  if (text.length > ADDRESS_LENGTH_MAX) return null;
  if (!text.includes(":")) return parseIpv4(text);
  const bytes = parseIpv6(text.replace(/%[\w.-]+$/, ""));
  if (bytes === null) return null;
  const isMapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff;
  return isMapped && bytes[11] === 0xff ? bytes.slice(12) : bytes;
}

function parseIpv4(text: string): readonly number[] | null {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part))) return null;
  const bytes = parts.map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes : null;
}

function parseIpv6(text: string): readonly number[] | null {
  const halves = text.split("::");
  const [head, tail] = halves.map(parseGroups);
  if (halves.length > 2 || head === undefined || head === null || tail === null) return null;
  if (tail === undefined) return head.length === 16 ? head : null;
  const missing = 16 - head.length - tail.length;
  return missing < 2 ? null : [...head, ...Array.from({ length: missing }, () => 0), ...tail];
}

/** Groups of one half; the last one may be an IPv4 address. */
function parseGroups(text: string): readonly number[] | null {
  if (text === "") return [];
  const groups = text.split(":");
  const bytes: number[] = [];
  for (const [index, group] of groups.entries()) {
    const last = group.includes(".") && index === groups.length - 1 ? parseIpv4(group) : null;
    if (last !== null) bytes.push(...last);
    else if (/^[\da-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    } else return null;
  }
  return bytes;
}
