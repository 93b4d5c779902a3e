import { describe, expect, it } from "vitest";
import { isInNetworks, parseNetwork } from "../../../src/model/network.ts";

function isIn(networks: readonly string[], address: string): boolean | null {
  const parsed = networks.map((text) => parseNetwork(text));
  return isInNetworks(
    parsed.filter((network) => network !== null),
    address,
  );
}

describe("networks", () => {
  it.each([
    ["10.0.0.0/8", "10.255.0.1", true],
    ["10.0.0.0/8", "11.0.0.1", false],
    ["192.0.2.128/25", "192.0.2.127", false],
    ["192.0.2.128/25", "192.0.2.128", true],
    ["192.0.2.7", "192.0.2.7", true],
    ["192.0.2.7", "192.0.2.8", false],
    ["0.0.0.0/0", "203.0.113.9", true],
    ["0.0.0.0/0", "2001:db8::1", false],
    ["10.0.0.0/8", "::ffff:10.1.2.3", true],
    ["2001:db8::/32", "2001:db8:ffff::1", true],
    ["2001:db8::/32", "2001:db9::1", false],
    ["2001:db8:0:0:1::/80", "2001:db8::1:0:0:2", true],
    ["fe80::/10", "fe80::1%eth0", true],
    ["::/0", "::1", true],
    ["::/0", "127.0.0.1", false],
    ["::ffff:10.0.0.0", "10.0.0.0", true],
  ])("%s has %s: %s", (network, address, expected) => {
    expect(isIn([network], address)).toBe(expected);
  });

  it("of an address of up to 64 characters it is said, zone included, and of a longer one nobody can", () => {
    const zoned = (length: number): string => "fe80::1%".padEnd(length, "z");
    for (const length of [63, 64]) expect(isIn(["fe80::/10"], zoned(length))).toBe(true);
    expect(isIn(["fe80::/10"], zoned(65))).toBeNull();
  });

  it.each(["", "pretrain-0", "10.0.0", "10.0.0.256", "010.0.0.1", "1::2::3", "1:2:3", "12345::"])(
    "of %j nobody can say",
    (address) => {
      expect(isIn(["0.0.0.0/0", "::/0"], address)).toBeNull();
    },
  );

  it.each(["10.0.0.1/8", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/08", "10.0.0.0/8/8", "x"])(
    "%j is none",
    (text) => {
      expect(parseNetwork(text)).toBeNull();
    },
  );

  it("no network has nothing", () => {
    expect(isIn([], "10.0.0.1")).toBe(false);
  });
});
