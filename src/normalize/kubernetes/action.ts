const CLASS_BY_VERB = new Map<string, string>([
  ["get", "read"],
  ["list", "read"],
  ["watch", "read"],
  ["create", "write"],
  ["update", "write"],
  ["patch", "write"],
  ["delete", "delete"],
  ["deletecollection", "delete"],
  ["proxy", "execute"],
  // Non-resource requests carry the lower-case HTTP method.
  ["head", "read"],
  ["options", "read"],
  ["post", "write"],
  ["put", "write"],
]);

/** What is asked for; the parts of `objectRef`, empty where it has none. */
export interface RequestedObject {
  readonly apiGroup: string;
  readonly resource: string;
  readonly subresource: string;
}

/**
 * The class of a request. Exec, attach, port-forward and proxy execute whatever their verb: kubectl's verb for them is `get` over
 * WebSocket and `create` over SPDY. A debug container that is put into a running pod executes too. Reviews ask a question with
 * `create` and store nothing: they read.
 */
export function actionClass(verb: string, object: RequestedObject | null): string {
  const byVerb = CLASS_BY_VERB.get(verb) ?? "other";
  if (object === null) return byVerb;
  switch (object.subresource) {
    case "":
      return byVerb === "write" && isReview(object) ? "read" : byVerb;
    case "exec":
    case "attach":
    case "portforward":
    case "proxy":
      return "execute";
    case "ephemeralcontainers":
      return byVerb === "write" ? "execute" : byVerb;
    default:
      return byVerb;
  }
}

function isReview({ resource, apiGroup }: RequestedObject): boolean {
  return (
    resource.endsWith("reviews") &&
    (apiGroup === "authorization.k8s.io" || apiGroup === "authentication.k8s.io")
  );
}

/** Requests that last, and whose last stage therefore tells when they ended. */
export function isLongRunning(verb: string, subresource: string): boolean {
  if (verb === "watch" || verb === "proxy") return true;
  switch (subresource) {
    case "exec":
    case "attach":
    case "portforward":
    case "proxy":
    case "log":
      return true;
    default:
      return false;
  }
}
