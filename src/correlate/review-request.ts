interface Asked {
  /** Null for a request that is about no resource. */
  readonly resource: string | null;
  readonly apiGroup: string;
}

/** Anybody may define a kind of such a name in a group of their own. Teleport may not say the group. */
const GROUPS = new Set(["", "authentication.k8s.io", "authorization.k8s.io"]);

/** kubectl and Teleport's agents ask them all the time. */
const ABOUT_ONESELF = new Set([
  "selfsubjectaccessreviews",
  "selfsubjectrulesreviews",
  "selfsubjectreviews",
]);

/** A review asks the API server a question with `create`, and stores nothing. */
export function isReview({ resource, apiGroup }: Asked): boolean {
  return resource?.endsWith("reviews") === true && GROUPS.has(apiGroup);
}

/** What somebody asks about their own rights. */
export function isSelfReview({ resource, apiGroup }: Asked): boolean {
  return ABOUT_ONESELF.has(resource ?? "") && GROUPS.has(apiGroup);
}
