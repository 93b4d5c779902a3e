import type { ListedLeftover } from "../../correlate/list-residue.ts";

/** What to do about something that was left, word by word; whoever runs it decides. */
export interface Advice {
  /** Null where it has no name that one could give. */
  readonly remove: readonly string[] | null;
  /** Shows that it is gone. */
  readonly verify: readonly string[];
  /** What one should know before. */
  readonly note: string | null;
}

/** Workloads of which Kubernetes keeps earlier templates. */
const WITH_HISTORY = new Set(["deployments", "daemonsets", "statefulsets"]);

type Left = Pick<ListedLeftover, "what" | "object" | "container">;

/** Commands that remove it and that show it is gone. A name stands behind its kind, so that it is no option whatever it begins with. */
export function adviceFor(left: Left): Advice {
  const { what, object } = left;
  if (object.name.endsWith("*")) return namelessAdvice(left);
  switch (what) {
    case "object":
      return {
        remove: kubectl("delete", left),
        verify: gone(left),
        note: objectNote(object.resource),
      };
    case "token":
      return {
        remove: kubectl("delete", left),
        verify: gone(left),
        note: "a token ends with its account alone; make the account anew where your own workloads use it",
      };
    case "debug-container":
      return {
        remove: kubectl("delete", left),
        verify: [
          ...kubectl("get", left),
          "--output=jsonpath={.spec.ephemeralContainers[*].name}",
          "--ignore-not-found",
        ],
        note: "a debug container cannot be taken out of its pod; one that no controller makes anew is lost with it",
      };
    case "fields":
      return fieldsAdvice(left);
  }
}

/** Names cannot hold a star: it stands for what the server made of one, and nobody logged. */
function namelessAdvice({ object }: Left): Advice {
  const { apiGroup, resource, namespace } = object;
  const type = apiGroup === "" ? resource : `${resource}.${apiGroup}`;
  const within = namespace === "" ? [] : [`--namespace=${namespace}`];
  return {
    remove: null,
    verify: ["kubectl", "get", type, ...within, "--sort-by=.metadata.creationTimestamp"],
    note: "the server made the rest of its name, which the audit policy did not have logged: look for one that was created at that time",
  };
}

function fieldsAdvice(left: Left): Advice {
  const { apiGroup, resource, name } = left.object;
  if (apiGroup === "" && resource === "nodes")
    return {
      remove: ["kubectl", "uncordon", name],
      verify: [...kubectl("get", left), "--output=jsonpath={.spec.unschedulable}"],
      note: null,
    };
  const shown = [...kubectl("get", left), "--output=yaml"];
  if (apiGroup === "apps" && WITH_HISTORY.has(resource))
    return {
      remove: [...kubectl("rollout", left, "undo")],
      verify: shown,
      note: "takes back the last change of the template: look at `kubectl rollout history` first, and edit it where others changed it since",
    };
  return { remove: kubectl("edit", left), verify: shown, note: "put back what was changed" };
}

function objectNote(resource: string): string | null {
  if (resource === "certificatesigningrequests")
    return "a certificate that was issued for it stays valid until it expires: Kubernetes cannot revoke it";
  return resource === "serviceaccounts" ? "its tokens end with it" : null;
}

function gone(left: Left): readonly string[] {
  return [...kubectl("get", left), "--ignore-not-found"];
}

function kubectl(verb: string, { object }: Left, ...more: readonly string[]): readonly string[] {
  const { apiGroup, resource, namespace, name } = object;
  const type = apiGroup === "" ? resource : `${resource}.${apiGroup}`;
  const within = namespace === "" ? [] : [`--namespace=${namespace}`];
  return ["kubectl", verb, ...more, `${type}/${name}`, ...within];
}
