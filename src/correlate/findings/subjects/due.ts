import type { Grant } from "../../../model/generated/grant.ts";
import type { Micros } from "../../../model/time.ts";
import type { Watermarks } from "../../../ports/correlator.ts";
import type { Grants } from "../../grants/grants.ts";
import { subjectOfKey } from "../../hold/wait.ts";
import { keyOf } from "../../ledger/key.ts";
import type { SessionDocument } from "../../ledger/kinds.ts";
import type { DueSubject } from "./kinds.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import type { FoundFinding, Look } from "./about-subject.ts";
import type { Spoken } from "./spoken.ts";

/**
 * The rules that need all that is known of a grant or a session. It is looked at whenever something about it has come, and again when the
 * time has passed by which something must have come. What is to be looked at is in the ledger, so that a crash forgets none.
 */
export interface DueSubjects {
  /** Evidence has come; of any key. */
  tell(key: string): void;
  touch(kind: DueSubject["kind"], id: string): void;
  /** Cheap where nothing is due. */
  take(watermarks: Watermarks): Omit<Look, "again">;
  /** The last call has left some that are due. */
  readonly isBehind: boolean;
}

export interface DueSubjectsOptions {
  readonly ledger: Ledger;
  readonly grants: Grants;
  readonly spoken: Spoken;
  readonly ofGrant: (grant: Grant, passed: Micros) => Look;
  readonly ofSession: (session: SessionDocument, passed: Micros) => Look;
}

const KINDS = ["grant", "session"] as const;
/** Subjects of a kind that one call looks at. */
const LOOKED_AT_MAX = 200;
const LAST = Number.MAX_SAFE_INTEGER;
const ALL = ["teleport", "kubernetes-audit", "support-access", "out-of-band"];
/** Whose records a look waits for. */
const WAITS_FOR = { grant: ALL, session: ["teleport"] } as const;

export function createDueSubjects(options: DueSubjectsOptions): DueSubjects {
  const { ledger, grants, spoken, ofGrant, ofSession } = options;
  /** Nothing of the kind is due before this. */
  const next = { grant: -Infinity, session: -Infinity };
  let isBehind = false;

  function put(subject: DueSubject): void {
    const { kind, id, at } = subject;
    ledger.subjectsDue.put(keyOf(kind, at, id), subject);
    next[kind] = Math.min(next[kind], at);
  }

  function look({ kind, id }: DueSubject, passed: Micros): Look | null {
    if (kind === "session") {
      const session = ledger.sessions.get(keyOf(id));
      return session === null ? null : ofSession(session, passed);
    }
    const grant = grants.byId(id, null)?.grant ?? null;
    return grant === null ? null : ofGrant(grant, passed);
  }

  return {
    tell: (key) => {
      const subject = subjectOfKey(key);
      if (subject !== null) put({ ...subject, at: 0 });
    },
    touch: (kind, id) => put({ kind, id, at: 0 }),
    take: (watermarks) => {
      isBehind = false;
      const found: FoundFinding[] = [];
      const withdrawn: string[] = [];
      for (const kind of KINDS) {
        const passed = Math.max(0, spoken.passed(watermarks, WAITS_FOR[kind]));
        if (next[kind] > passed) continue;
        const rows = ledger.subjectsDue.range(
          keyOf(kind, 0),
          keyOf(kind, passed + 1),
          LOOKED_AT_MAX,
        );
        for (const row of rows) {
          ledger.subjectsDue.remove(keyOf(kind, row.at, row.id));
          const of = look(row, passed);
          if (of === null) continue;
          found.push(...of.found);
          withdrawn.push(...of.withdrawn);
          if (of.again !== null) put({ kind, id: row.id, at: of.again });
        }
        if (rows.length === LOOKED_AT_MAX) isBehind = true;
        else
          next[kind] =
            ledger.subjectsDue.edge("first", keyOf(kind, 0), keyOf(kind, LAST))?.at ?? Infinity;
      }
      return { found, withdrawn };
    },
    get isBehind() {
      return isBehind;
    },
  };
}
