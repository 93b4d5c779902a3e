import { describe, expect, it } from "vitest";
import { compileGlob, isPathOf } from "../../../../src/collect/file-tail/glob.ts";

describe("compileGlob()", () => {
  it.for([
    ["/var/log/*.log", "/var/log/a.log", true],
    ["/var/log/*.log", "/var/log/a.log.1", false],
    ["/var/log/*.log", "/var/log/deep/a.log", false],
    ["/var/log/*.log", "/var/log/.hidden.log", false],
    ["/var/log/.*.log", "/var/log/.hidden.log", true],
    ["/var/log/audit*.log*", "/var/log/audit-2026-11-24T00-00-00.000.log.gz", true],
    ["/var/log/audit-?.log", "/var/log/audit-1.log", true],
    ["/var/log/audit-?.log", "/var/log/audit-12.log", false],
    ["/var/log/[a-c]?.log", "/var/log/b1.log", true],
    ["/var/log/[!a-c]?.log", "/var/log/b1.log", false],
    ["/var/log/[^a-c]?.log", "/var/log/^1.log", true],
    ["/var/log/{audit,events}.log", "/var/log/events.log", true],
    ["/var/log/{a,{b,c}}.log", "/var/log/c.log", true],
    ["/var/**/a.log", "/var/a.log", true],
    ["/var/**/a.log", "/var/x/y/a.log", true],
    ["/var/**/a.log", "/var/.x/a.log", false],
    ["/var/**", "/var/x/a.log", true],
    ["/var/**", "/other/a.log", false],
    ["/var/log/a+b(1)$.log", "/var/log/a+b(1)$.log", true],
    ["/var/log/a.log", "/var/log/aXlog", false],
    ["/var/log/\\*.log", "/var/log/*.log", true],
    ["/var/log/\\*.log", "/var/log/a.log", false],
    ["/var/\\{a,b\\}/a.log", "/var/{a,b}/a.log", true],
    ["/var/\\{a,b\\}/a.log", "/var/a/a.log", false],
    ["/var/log/../lib/a-b.*", "/var/lib/a-b.log", true],
  ] as const)("%s against %s: %s", ([pattern, path, isMatch]) => {
    expect(compileGlob(pattern).some((steps) => isPathOf(steps, path))).toBe(isMatch);
  });

  it("takes a name whose special characters are all escaped for a fixed one", () => {
    const [steps] = compileGlob("/var/a\\[1\\]/*.log");
    expect(steps?.map(({ kind }) => kind)).toEqual(["name", "name", "form"]);
  });

  it("refuses a range that no name can be in, and more alternatives than 256", () => {
    expect(() => compileGlob("/var/[z-a].log")).toThrow('Cannot use "[z-a].log" in a pattern');
    const oneOf = (count: number): string => `/{${"a,".repeat(count - 1)}b}`;
    for (const count of [255, 256]) expect(compileGlob(oneOf(count))).toHaveLength(count);
    expect(() => compileGlob(oneOf(257))).toThrow("more than 256 alternatives");
    expect(() => compileGlob("/{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}")).not.toThrow();
    expect(() => compileGlob("/{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}")).toThrow(
      "more than 256 alternatives",
    );
  });
});
