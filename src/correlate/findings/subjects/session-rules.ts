import { MICROS_PER_SECOND, type Micros } from "../../../model/time.ts";
import type { Grants } from "../../grants/grants.ts";
import type { Vendors } from "../../identity/vendors.ts";
import { keyOf } from "../../ledger/key.ts";
import type { SessionDocument } from "../../ledger/kinds.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import { type Answer, causeOf, type FoundFinding, type Look, lookOf } from "./about-subject.ts";

export interface SessionRulesContext {
  readonly organization: string;
  readonly ledger: Ledger;
  readonly vendors: Vendors;
  readonly grants: Grants;
}

/**
 * Longest time between the end of a session and what Teleport still writes of it: its upload completer looks every 5 minutes, at
 * sessions of which nothing was heard for 30 (teleport.md §5).
 */
const UPLOAD_DELAY: Micros = 35 * 60 * MICROS_PER_SECOND;

const NEVER: Micros = Number.MAX_SAFE_INTEGER;

/** The rules about one Teleport session of a vendor (verdicts §6); `passed`: everything before this time has come from Teleport. */
export function createSessionRules(
  context: SessionRulesContext,
): (session: SessionDocument, passed: Micros) => Look {
  const { organization, ledger, vendors, grants } = context;

  /** When its end must have been written: its recording is there, or the grants that it began under are over. Null: nobody can say. */
  function endDue({ id, endedAt, isStartRead, accessRequests }: SessionDocument): Micros | null {
    if (endedAt !== null || !isStartRead) return null;
    const ends = accessRequests.map((grant) => grants.byId(grant, null)?.grant.endedAt ?? NEVER);
    const grantsEnd = ends.length === 0 ? NEVER : Math.max(...ends);
    const over = Math.min(ledger.sessionRecordings.get(keyOf(id))?.at ?? NEVER, grantsEnd);
    return over === NEVER ? null : over + UPLOAD_DELAY;
  }

  /** When its recording must have come; at once where there is to be none. */
  function recordingDue(session: SessionDocument): Micros | null {
    if (ledger.sessionRecordings.get(keyOf(session.id)) !== null) return null;
    if (!isToBeRecorded(session)) return null;
    if (session.recording === "off") return AT_ONCE;
    return session.endedAt === null ? null : session.endedAt + UPLOAD_DELAY;
  }

  return (session, passed) => {
    const { id, person, isRecorded } = session;
    const vendor = person === null ? null : vendors.ofPerson(person);
    const isLooked = vendor !== null && isRecorded !== true && session.saidBy !== undefined;
    const due = [
      ["session-without-recording", "high", isLooked ? recordingDue(session) : null],
      ["session-without-end", "medium", isLooked ? endDue(session) : null],
    ] as const;
    const answers = due.map(([rule, severity, at]): Answer => {
      return {
        rule,
        found: isOver(at, passed)
          ? foundIn({ session, rule, severity, vendor: vendor?.name ?? null })
          : null,
      };
    });
    const waiting = due.flatMap(([, , at]) => (at === null || isOver(at, passed) ? [] : at + 1));
    return lookOf(answers, {
      organization,
      id,
      again: waiting.length === 0 ? null : Math.min(...waiting),
    });
  };

  function foundIn({ session, rule, severity, vendor }: Found): FoundFinding {
    const { id, cluster, person, saidBy, start, endedAt } = session;
    const evidence = saidBy === undefined ? [] : [saidBy];
    const judged = evidence.map((event) => ledger.judged.get(event)?.event.verdict);
    const covering = judged.flatMap((verdict) =>
      verdict === undefined ? session.accessRequests : [...verdict.grants, ...verdict.related],
    );
    return {
      finding: {
        rule,
        severity,
        evidence,
        vendor,
        grants: [...new Set(covering)].sort(),
        subject: person,
        identity: [id],
      },
      cause: causeOf({
        organization,
        cluster,
        at: start ?? endedAt ?? 0,
        actor: person,
        roles: [],
        target: targetOf(session),
        session: { id, kind: isKubernetes(session) ? "kubernetes" : "ssh" },
      }),
    };
  }
}

/** Before it, not at it: a record of that very time may still come. */
function isOver(at: Micros | null, passed: Micros): boolean {
  return at !== null && (at === AT_ONCE || at < passed);
}

const AT_ONCE: Micros = 0;

interface Found {
  readonly session: SessionDocument;
  readonly rule: string;
  readonly severity: "medium" | "high";
  readonly vendor: string | null;
}

/**
 * SSH always; in a pod only with a terminal: Teleport records what is typed and shown, and makes no recording of a command without one.
 * Its end says which it was.
 */
function isToBeRecorded(session: SessionDocument): boolean {
  if (isKubernetes(session)) return session.isInteractive === true;
  return session.protocol === "ssh";
}

function isKubernetes({ protocol, kubernetesCluster }: SessionDocument): boolean {
  return protocol === "kube" || kubernetesCluster !== null;
}

function targetOf(session: SessionDocument): {
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string | null;
  readonly host: string | null;
} {
  const { podName: name, podNamespace: namespace, serverName } = session;
  if (isKubernetes(session)) return { kind: "pods", namespace, name, host: null };
  return { kind: "node", namespace: null, name: serverName, host: serverName };
}
