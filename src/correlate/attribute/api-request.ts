import type { KubernetesFacts } from "../../model/facts.ts";
import type { Vendors } from "../identity/vendors.ts";

/** HTTP methods of the verbs of Kubernetes, as Teleport's `kube.request` has them. */
const METHODS: Readonly<Record<string, string>> = {
  get: "GET",
  list: "GET",
  watch: "GET",
  create: "POST",
  update: "PUT",
  patch: "PATCH",
  delete: "DELETE",
  deletecollection: "DELETE",
};

/** What a request to a Kubernetes API server and Teleport's record of it have in common (M4). */
export interface ApiCall {
  /** The one name of whom it was made as. */
  readonly name: string;
  readonly method: string;
  readonly path: string;
}

/** Null for what carries no user. */
export function apiCallOf(facts: KubernetesFacts, vendors: Vendors): ApiCall | null {
  const user = facts.impersonated ?? facts.user;
  if (user === null) return null;
  return {
    name: vendors.personOf(user.name),
    method: METHODS[facts.verb] ?? facts.verb.toUpperCase(),
    path: pathOf(facts.requestUri),
  };
}

/** `kube.request` has the path as the URL's parser gave it, without the query. */
function pathOf(requestUri: string): string {
  const mark = requestUri.indexOf("?");
  return mark < 0 ? requestUri : requestUri.slice(0, mark);
}

/** Whether Teleport writes a session for it in place of a `kube.request`: exec and attach. */
export function isTerminal({ object }: KubernetesFacts): boolean {
  return object?.resource === "pods" && TERMINALS.has(object.subresource);
}

const TERMINALS = new Set(["exec", "attach"]);

/** C3: the server refused it for want of a right. A 403 that says `allow` came from admission. */
export function isRefused({ code, decision }: KubernetesFacts): boolean {
  return code === 403 && decision !== "allow";
}
