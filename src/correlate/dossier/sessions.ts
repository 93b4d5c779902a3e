import type { DossierSession } from "../../model/dossier.ts";
import { formatTime } from "../../model/time.ts";
import { keyOf } from "../ledger/key.ts";
import type { JudgedDocument, SessionDocument } from "../ledger/kinds.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { compare } from "./timeline.ts";

const UPLOADED = "session.upload";

/** The sessions that the events belong to, by their start. */
export function sessionsOf(
  ledger: Ledger,
  documents: readonly JudgedDocument[],
): readonly DossierSession[] {
  const ids = new Set<string>();
  const uploaded = new Set<string>();
  for (const { event } of documents) {
    if (event.session === null) continue;
    ids.add(event.session.id);
    if (event.action.name === UPLOADED) uploaded.add(event.session.id);
  }
  return [...ids]
    .flatMap((id) => {
      const session = ledger.sessions.get(keyOf(id));
      return session === null ? [] : [dossierSession(session, uploaded.has(id))];
    })
    .sort((a, b) => compare(a.start ?? "", b.start ?? "") || compare(a.id, b.id));
}

function dossierSession(session: SessionDocument, isUploaded: boolean): DossierSession {
  const { id, protocol, cluster, person, login, start, endedAt } = session;
  return {
    id,
    protocol,
    cluster,
    person,
    login,
    reached: reachedBy(session),
    start: start === null ? null : formatTime(start),
    end: endedAt === null ? null : formatTime(endedAt),
    recording: isUploaded || session.isRecorded === true ? "uploaded" : "none-seen",
  };
}

function reachedBy(session: SessionDocument): string | null {
  const { kubernetesCluster, podNamespace, podName, serverName, serverId } = session;
  if (kubernetesCluster === null) return serverName ?? serverId;
  return podName === null
    ? kubernetesCluster
    : `${kubernetesCluster} ${podNamespace ?? ""}/${podName}`;
}
