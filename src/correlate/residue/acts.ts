import type { KubernetesFacts } from "../../model/facts.ts";
import { queryOf } from "../../model/request-uri.ts";
import { isDryRun } from "../dry-run.ts";
import { isReview } from "../review-request.ts";

/** What a write does to what exists; `token`: a token of a service account, `containers`: debug containers in a pod. */
export type Act = "create" | "change" | "containers" | "token" | "remove" | "remove-all";

/** Kinds that are stored for a moment or not at all. */
const NOT_KEPT = new Set(["events", "bindings"]);

/** The act of a request that the server accepted; null for every other event, which is most of the traffic, and for dry runs (R2). */
export function actOf(facts: KubernetesFacts): Act | null {
  switch (facts.verb) {
    case "create":
    case "update":
    case "patch":
    case "delete":
    case "deletecollection":
      break;
    default:
      return null;
  }
  const { object, code } = facts;
  if (object === null || code === null || code < 200 || code > 299) return null;
  if (facts.stage !== "ResponseComplete" || NOT_KEPT.has(object.resource)) return null;
  const act = actOn(facts.verb, object, code);
  return act === null || isDryRun(facts.requestUri) ? null : act;
}

/** An object that was applied or put where there was none answers 201. */
function actOn(
  verb: string,
  object: NonNullable<KubernetesFacts["object"]>,
  code: number,
): Act | null {
  const { subresource } = object;
  switch (verb) {
    case "create":
      if (subresource === "") return isReview(object) ? null : "create";
      if (subresource === "token") return "token";
      return subresource === "eviction" ? "remove" : null;
    case "update":
    case "patch":
      if (subresource === "") return code === 201 ? "create" : "change";
      return subresource === "ephemeralcontainers" ? "containers" : null;
    case "delete":
      return subresource === "" ? "remove" : null;
    default:
      return subresource === "" ? "remove-all" : null;
  }
}

/** Whether a deletion of many names only some of them. */
export function isSelective(requestUri: string): boolean {
  const query = new URLSearchParams(queryOf(requestUri));
  return ["labelSelector", "fieldSelector"].some((name) => (query.get(name) ?? "") !== "");
}

/** Whether a deletion leaves what the object owns; the options may stand in its body too. */
export function isOrphaningQuery(requestUri: string): boolean {
  const query = new URLSearchParams(queryOf(requestUri));
  return query.get("propagationPolicy") === "Orphan" || query.get("orphanDependents") === "true";
}
