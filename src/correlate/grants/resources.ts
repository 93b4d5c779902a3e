import type { Grant } from "../../model/generated/grant.ts";

/** What an event reached, as far as a grant's resources can bind it. */
export interface Reached {
  readonly kind: "kube_cluster" | "node";
  /** Names by which Teleport may know it. */
  readonly names: readonly string[];
}

/** G6: resources bind events of their kind; a kind that the grant does not list, and an event that names nothing, is not judged. */
export function isBoundElsewhere(grant: Grant, reached: Reached | null): boolean {
  if (reached === null || reached.names.length === 0) return false;
  const bound = grant.resources.filter((resource) => resource.kind === reached.kind);
  return bound.length > 0 && !bound.some((resource) => reached.names.includes(resource.name));
}
