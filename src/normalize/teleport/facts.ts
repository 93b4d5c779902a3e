import type { TeleportFacts } from "../../model/facts.ts";
import { parseTime, type Micros } from "../../model/time.ts";
import { plainNamesOf } from "../../recording/layout.ts";
import { stringsOf, textOf, type Fields } from "../fields.ts";
import { accessRequestFacts } from "./access-request.ts";
import { certificateFacts } from "./certificate.ts";
import { contentDigest } from "./digest.ts";
import { lockFacts } from "./lock.ts";

/** What the record itself may not say. */
export interface Fallbacks {
  /** Cluster of a record without `cluster_name`. */
  readonly cluster: string;
  /** Time of a record without one. */
  readonly time: Micros;
  readonly bytesSha256: () => string;
  /** Session of a record that names none. */
  readonly sessionId: string | null;
}

/** How the record stood where it was read. */
export interface RecordForm {
  readonly isRecorded: boolean;
  /** It says more than could be read. */
  readonly hasUnread: boolean;
}

const LOGGED: RecordForm = Object.freeze({ isRecorded: false, hasUnread: false });

/** The facts of an event of this type. The content's digest is made when it is first asked for: most events never need it. */
export function teleportFacts(
  fields: Fields,
  event: string,
  fallbacks: Fallbacks,
  form: RecordForm = LOGGED,
): TeleportFacts {
  let digest: string | null = null;
  const isLock = event === "lock.created" || event === "lock.deleted";
  return {
    dialect: "teleport",
    event,
    code: textOf(fields["code"]),
    uid: textOf(fields["uid"]),
    cluster: textOf(fields["cluster_name"]) ?? fallbacks.cluster,
    time: parseTime(fields["time"]) ?? fallbacks.time,
    user: textOf(fields["user"]),
    login: textOf(fields["login"]),
    impersonator: textOf(fields["impersonator"]),
    accessRequests: Array.isArray(fields["access_requests"])
      ? stringsOf(fields["access_requests"])
      : null,
    sessionId: textOf(fields["sid"]) ?? fallbacks.sessionId,
    serverId: textOf(fields["server_id"]),
    serverName: textOf(fields["server_hostname"]),
    addressRemote: textOf(fields["addr.remote"]),
    addressLocal: textOf(fields["addr.local"]),
    protocol: textOf(fields["proto"]),
    kubernetesCluster: textOf(fields["kubernetes_cluster"]),
    kubernetesUsers: stringsOf(fields["kubernetes_users"]),
    kubernetesGroups: stringsOf(fields["kubernetes_groups"]),
    podNamespace: textOf(fields["kubernetes_pod_namespace"]),
    podName: textOf(fields["kubernetes_pod_name"]),
    requestPath: event === "kube.request" ? textOf(fields["request_path"]) : null,
    method: event === "kube.request" ? textOf(fields["verb"]) : null,
    sessionStart: parseTime(fields["session_start"]),
    sessionRecording: textOf(fields["session_recording"]),
    isInteractive: typeof fields["interactive"] === "boolean" ? fields["interactive"] : null,
    accessRequest: event.startsWith("access_request.") ? accessRequestFacts(fields) : null,
    certificate: event === "cert.create" ? certificateFacts(fields) : null,
    lock: isLock ? lockFacts(fields) : null,
    resourceName: textOf(fields["name"]),
    isRecorded: form.isRecorded,
    get contentDigest() {
      digest ??= contentDigest(fields, {
        plainNames: plainNamesOf(event),
        hasUnread: form.hasUnread,
        bytesSha256: fallbacks.bytesSha256,
      });
      return digest;
    },
  };
}
