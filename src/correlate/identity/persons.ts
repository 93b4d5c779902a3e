import type { Policy } from "../../model/policy.ts";

/** Teleport's own prefix for users of another cluster. */
const REMOTE = "remote-";

/**
 * The one name of a person (W2): a leaf cluster names a root user `remote-<user>-<root cluster>`, which is the same person as
 * `<user>`. Of several root clusters that fit, the longest name counts.
 */
export function createPersons(policy: Policy): (name: string) => string {
  const suffixes = policy.vendors
    .flatMap((vendor) => vendor.clusters)
    .map((cluster) => `-${cluster}`)
    .sort((a, b) => b.length - a.length);
  return (name) => {
    if (!name.startsWith(REMOTE)) return name;
    const suffix = suffixes.find(
      (end) => name.endsWith(end) && name.length > REMOTE.length + end.length,
    );
    return suffix === undefined ? name : name.slice(REMOTE.length, -suffix.length);
  };
}
