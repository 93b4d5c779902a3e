import type { KubernetesChange } from "../../model/change.ts";
import type { KubernetesFacts } from "../../model/facts.ts";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { ResidueObject, ResidueRequest } from "../ledger/kinds.ts";
import { nameless } from "./nameless.ts";
import { isOrphaningQuery, isSelective, type Act } from "./acts.ts";

/** A request and what it was made to. */
export interface ResidueWrite {
  readonly object: ResidueObject;
  readonly request: ResidueRequest;
}

export type ChangeOf = (event: AuditEvent) => KubernetesChange;

/** Kinds whose followed fields others may put back (R2); changes of other kinds by others are read once a vendor wrote to the object. */
const OFTEN_CHANGED_BACK = new Set([
  "deployments",
  "daemonsets",
  "statefulsets",
  "replicasets",
  "replicationcontrollers",
  "jobs",
  "cronjobs",
  "podtemplates",
  "nodes",
  "roles",
  "clusterroles",
  "rolebindings",
  "clusterrolebindings",
]);

/** Whether a write by nobody of a vendor may take residue away again, or show that it is gone; told without reading its bodies. */
export function mayTakeAway(
  act: Act,
  write: { readonly resource: string; readonly level: string; readonly isNameKnown: boolean },
): boolean {
  if (act === "remove" || act === "remove-all") return true;
  if (write.isNameKnown && act === "create") return true;
  const { level, resource } = write;
  const hasBody = level === "Request" || level === "RequestResponse";
  if (act === "token" || !hasBody) return false;
  return write.isNameKnown || (act === "change" && OFTEN_CHANGED_BACK.has(resource));
}

/** The level at which the audit policy had the event logged; empty where it is no Kubernetes event. */
export function levelOf({ detail }: AuditEvent): string {
  return detail !== null && "kubernetes" in detail ? detail.kubernetes.level : "";
}

/** What is kept of a write; null for one that leaves nothing, such as a patch of annotations only. */
export function residueWrite(
  written: { readonly event: AuditEvent; readonly facts: KubernetesFacts; readonly act: Act },
  changeOf: ChangeOf,
): ResidueWrite | null {
  const { event, facts, act } = written;
  const { object } = facts;
  if (object === null) return null;
  const change = levelOf(event) === "Metadata" ? null : changeOf(event);
  if (change?.isDryRun === true) return null;
  const name =
    object.name === "" && act === "create"
      ? (change?.name ?? nameless.name(change?.namePrefix ?? ""))
      : object.name;
  const isContentUnknown =
    (act === "change" && change?.isBodyLogged !== true) ||
    (act === "containers" && (change?.debugContainers ?? null) === null);
  const request: ResidueRequest = {
    id: event.id,
    at: stageTime(event) ?? facts.receivedAt,
    receivedAt: facts.receivedAt,
    act,
    ...(isContentUnknown ? { isUnknown: true } : {}),
    ...(act === "remove-all" ? namesOf(facts, change) : {}),
    ...(change === null ? {} : known(change, facts.requestUri)),
  };
  const isEmpty =
    act === "change" &&
    !isContentUnknown &&
    request.fields === undefined &&
    request.isKept === undefined;
  if (isEmpty) return null;
  const { apiGroup, resource, namespace } = object;
  return { object: { cluster: facts.cluster, apiGroup, resource, namespace, name }, request };
}

function stageTime({ detail }: AuditEvent): number | null {
  return detail !== null && "kubernetes" in detail ? detail.kubernetes.stageTimestamp : null;
}

/** Of a deletion by selector whose answer was not logged, nobody can say what it took. */
function namesOf(facts: KubernetesFacts, change: KubernetesChange | null): Partial<ResidueRequest> {
  const names = change?.deletedNames ?? (isSelective(facts.requestUri) ? [] : null);
  return names === null ? {} : { names };
}

function known(change: KubernetesChange, requestUri: string): Partial<ResidueRequest> {
  const { kind, owners, hasMoreOwners, fields, debugContainers, expiresAt, isKept } = change;
  const isOrphaning =
    change.isOrphaning === false && isOrphaningQuery(requestUri) ? true : change.isOrphaning;
  return {
    ...(kind === null ? {} : { kind }),
    ...(owners.length === 0 ? {} : { owners }),
    ...(hasMoreOwners ? { hasMoreOwners } : {}),
    ...(fields === null ? {} : { fields }),
    ...(debugContainers === null ? {} : { containers: debugContainers }),
    ...(expiresAt === null ? {} : { expiresAt }),
    ...(isKept === null ? {} : { isKept }),
    ...(isOrphaning === null ? {} : { isOrphaning }),
  };
}
