import type { DatabaseSync } from "node:sqlite";
import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type {
  ChainDocument,
  DueDocument,
  GapDocument,
  RevisionDocument,
  SealDocument,
  SealedDocument,
} from "../dossier/kinds.ts";
import { createDocuments, type Documents } from "./documents.ts";
import type {
  ApiRequestDocument,
  CertificateDocument,
  CountsDocument,
  EndDocument,
  FindingDocument,
  FindingEvidence,
  GrantDocument,
  HoldDocument,
  JudgedDocument,
  LockDocument,
  OutOfBandDocument,
  MadeCredentialDocument,
  MakingDocument,
  ProxiedRequestDocument,
  ResidueDocument,
  ResidueRequestOf,
  ResidueOfGrant,
  SeenDocument,
  SessionDocument,
  SnapshotDocument,
  SupportGrantDocument,
  SigningRequestDocument,
} from "./kinds.ts";
import type {
  DueSubject,
  HeartbeatDocument,
  LongestCertificateDocument,
  SessionRecordingDocument,
  SpokenDocument,
} from "../findings/subjects/kinds.ts";
import type { Micros } from "../../model/time.ts";
import type { NearRow } from "./nearest.ts";
import type { StoredEvent } from "./stored-event.ts";
import { createRows, type Blobs, type Rows } from "./rows.ts";

/**
 * The durable table of grants, sessions, credentials, holds and verdicts: a fold of the journal (`rows.ts` says how it has one
 * commit with it). It keeps what records said, not what follows from them, so that the order of arrival does not matter.
 */
export interface Ledger {
  /** By event id. */
  readonly seen: Documents<SeenDocument>;
  /** Ids of events that went by and are in no other table (passed.ts). */
  readonly passed: Documents<true>;
  /** Events whose verdict later evidence may change (H3); by event id. */
  readonly judged: Documents<JudgedDocument>;
  /** Their ids by what the verdict depends on (evidence-key.ts), time and id. */
  readonly judgedBy: Documents<string>;
  /** Their ids by grant, time and id. */
  readonly judgedOfGrant: Documents<string>;
  /** Those that are to be judged again; by event id. */
  readonly reviews: Documents<true>;
  /** Requests of vendors to Kubernetes (W8, M4); by request. */
  readonly apiRequests: Documents<ApiRequestDocument>;
  /** Their keys by name, method, path and time of the last stage. */
  readonly apiRequestsOfName: Documents<string>;
  /** By name, method, path, time and event id (M4). */
  readonly proxiedRequests: Documents<ProxiedRequestDocument>;
  /** Both by name, method, path, class and time (nearest.ts). */
  readonly apiRequestsByClass: Documents<NearRow>;
  readonly proxiedByClass: Documents<NearRow>;
  /** By access request id. */
  readonly grants: Documents<GrantDocument>;
  /** Grant ids by person, and by role. */
  readonly grantsOfPerson: Documents<string>;
  readonly grantsOfRole: Documents<string>;
  /** By session id. */
  readonly sessions: Documents<SessionDocument>;
  /** Keys of sessions by person and time (intervals.ts), and by person, start and id. */
  readonly sessionsByTime: Documents<string>;
  readonly sessionsByStart: Documents<string>;
  /** Session ids by name, namespace, pod and start (M4). */
  readonly sessionsOfPod: Documents<string>;
  /** By session id. */
  readonly sessionRecordings: Documents<SessionRecordingDocument>;
  /** By person and time. */
  readonly certificates: Documents<CertificateDocument>;
  /** By access request id. */
  readonly longestCertificates: Documents<LongestCertificateDocument>;
  /** By kind, time and id. */
  readonly subjectsDue: Documents<DueSubject>;
  /** By stream. */
  readonly heartbeats: Documents<HeartbeatDocument>;
  /** By kind of origin and source. */
  readonly spoken: Documents<SpokenDocument>;
  /** By cluster and user name, and the credential's id, or time and event where it has none (M3). */
  readonly madeCredentials: Documents<MadeCredentialDocument>;
  /** Verdicts of the events that may have made one; by event id. They outlive what is in `judged`. */
  readonly makings: Documents<MakingDocument>;
  /** By cluster and name. */
  readonly signingRequests: Documents<SigningRequestDocument>;
  /** By name. */
  readonly locks: Documents<LockDocument>;
  /** Lock names by kind of target and target. */
  readonly locksOfTarget: Documents<string>;
  /** By person and time. */
  readonly userDeletions: Documents<EndDocument>;
  /** By cluster, name and time. */
  readonly bindingDeletions: Documents<EndDocument>;
  /** By event id. */
  readonly holds: Documents<HoldDocument>;
  /** The held events whole, so that waits survive a restart; by event id. */
  readonly heldEvents: Documents<StoredEvent>;
  /** Their originals; by event id. */
  readonly heldOriginals: Blobs;
  /** By the id of the first edition. */
  readonly findings: Documents<FindingDocument>;
  /** By finding and event id. */
  readonly findingEvidence: Documents<FindingEvidence>;
  /** Of findings that name as many as they may: by finding, severity, time and event id. */
  readonly furtherEvidence: Documents<FindingEvidence>;
  /** Ids of findings of which another edition is to be made. */
  readonly findingsDue: Documents<true>;
  /** Ids of findings by grant that an edition names. */
  readonly findingsOfGrant: Documents<string>;
  /** By grant id: the events that it covers, and those that are related to it. */
  readonly counts: Documents<CountsDocument>;
  /** The same of stages of requests before their last. */
  readonly unfinishedCounts: Documents<CountsDocument>;
  /** What was done to objects that vendors wrote to; by object. */
  readonly residue: Documents<ResidueDocument>;
  /** The same of what nobody but others deleted, and changed: a vendor's request may be read after it. */
  readonly othersRemovals: Documents<ResidueDocument>;
  readonly othersChanges: Documents<ResidueDocument>;
  /** The requests of vendors that are kept there; by event id. */
  readonly residueRequests: Documents<ResidueRequestOf>;
  /** By grant, cluster and object. */
  readonly residueOfGrant: Documents<ResidueOfGrant>;
  /** Residue findings that stand; by grant, cluster and id. */
  readonly residueFindings: Documents<AuditEvent>;
  /** By cluster and time (G4). */
  readonly snapshots: Documents<SnapshotDocument>;
  /** By grant id. */
  readonly supportGrants: Documents<SupportGrantDocument>;
  /** Grant ids by person, and by role. */
  readonly supportGrantsOfPerson: Documents<string>;
  readonly supportGrantsOfRole: Documents<string>;
  /** By document id (G5). */
  readonly outOfBand: Documents<OutOfBandDocument>;
  /** Document ids by person, and by role. */
  readonly outOfBandOfPerson: Documents<string>;
  readonly outOfBandOfRole: Documents<string>;
  /** Declared losses; by the time at which they were found, and id. */
  readonly gaps: Documents<GapDocument>;
  /** Changed verdicts by grant, event and number. */
  readonly revisionsOfGrant: Documents<RevisionDocument>;
  /** Grants to be sealed; by their end and id. */
  readonly sealsDue: Documents<DueDocument>;
  /** Sealed grants to be looked at again; by when something came for them, and id. */
  readonly addendaDue: Documents<DueDocument>;
  /** Sealed grants; by id. */
  readonly sealed: Documents<SealedDocument>;
  /** Seals by grant and number. */
  readonly seals: Documents<SealDocument>;
  /** Sealed dossiers in canonical form; by grant and number. */
  readonly dossiers: Documents<string>;
  /** The last seal of the organization, and the time of the latest record; one row each. */
  readonly sealChain: Documents<ChainDocument>;
  readonly reached: Documents<Micros>;
  readonly commitment: Omit<Rows, "table" | "blobs">;
}

/**
 * Rows of each kind that are kept; the oldest go first. Far above what an organization makes in the 12 months of its archive:
 * only floods reach them.
 */
export const ROWS_MAX = {
  seen: 2_000_000,
  // The window in which a copy of a background event is known: three hours at 100 events a second.
  passed: 1_000_000,
  // Late evidence reaches this far back; each takes one to two kilobytes.
  judged: 500_000,
  judgedBy: 3_000_000,
  judgedOfGrant: 1_000_000,
  reviews: 1_000_000,
  apiRequests: 500_000,
  apiRequestsOfName: 500_000,
  proxiedRequests: 500_000,
  apiRequestsByClass: 500_000,
  proxiedByClass: 500_000,
  grants: 1_000_000,
  grantsOfPerson: 1_000_000,
  grantsOfRole: 2_000_000,
  sessions: 500_000,
  sessionsByTime: 1_000_000,
  sessionsByStart: 500_000,
  sessionsOfPod: 500_000,
  sessionRecordings: 500_000,
  certificates: 500_000,
  longestCertificates: 500_000,
  subjectsDue: 1_000_000,
  heartbeats: 100,
  // Sources are configured.
  spoken: 10_000,
  madeCredentials: 100_000,
  // Above what they are looked for by: a credential must not outlive its making.
  makings: 500_000,
  signingRequests: 100_000,
  locks: 100_000,
  locksOfTarget: 200_000,
  userDeletions: 100_000,
  bindingDeletions: 100_000,
  // Above the most that may be configured to wait (`hold.heldEventsMax`): what is let go of here is lost.
  holds: 20_000_000,
  heldEvents: 20_000_000,
  heldOriginals: 20_000_000,
  findings: 1_000_000,
  // A judged event that is kept is evidence of a few findings at most.
  findingEvidence: 2_000_000,
  furtherEvidence: 2_000_000,
  findingsDue: 1_000_000,
  findingsOfGrant: 1_000_000,
  counts: 1_000_000,
  unfinishedCounts: 1_000_000,
  residue: 200_000,
  othersRemovals: 200_000,
  // Each holds whole pod templates.
  othersChanges: 5_000,
  residueRequests: 400_000,
  residueOfGrant: 400_000,
  residueFindings: 200_000,
  // Four months of a snapshot every ten seconds; what follows from older ones is in the grants.
  snapshots: 1_000_000,
  supportGrants: 500_000,
  supportGrantsOfPerson: 500_000,
  supportGrantsOfRole: 500_000,
  outOfBand: 100_000,
  outOfBandOfPerson: 100_000,
  outOfBandOfRole: 500_000,
  gaps: 100_000,
  revisionsOfGrant: 1_000_000,
  sealsDue: 1_000_000,
  addendaDue: 1_000_000,
  sealed: 1_000_000,
  seals: 1_000_000,
  dossiers: 1_000_000,
  sealChain: 1,
  reached: 1,
} as const;

/** Rows of each kind, where they are others than usual. */
export type RowsMax = Readonly<Partial<Record<keyof typeof ROWS_MAX, number>>>;

/** The ledger in a database that the caller opened and closes. @throws ChaperoneError LEDGER_UNREADABLE */
export function createLedger(
  database: DatabaseSync,
  monotonicMs: () => number = () => performance.now(),
  limits: RowsMax = {},
): Ledger {
  const rows = createRows(database, monotonicMs);
  const rowsMax = { ...ROWS_MAX, ...limits };
  const documents = <T>(name: keyof typeof ROWS_MAX): Documents<T> =>
    createDocuments<T>({ rows, name, rowsMax: rowsMax[name] });
  return {
    seen: documents("seen"),
    passed: documents("passed"),
    judged: documents("judged"),
    judgedBy: documents("judgedBy"),
    judgedOfGrant: documents("judgedOfGrant"),
    reviews: documents("reviews"),
    apiRequests: documents("apiRequests"),
    apiRequestsOfName: documents("apiRequestsOfName"),
    proxiedRequests: documents("proxiedRequests"),
    apiRequestsByClass: documents("apiRequestsByClass"),
    proxiedByClass: documents("proxiedByClass"),
    grants: documents("grants"),
    grantsOfPerson: documents("grantsOfPerson"),
    grantsOfRole: documents("grantsOfRole"),
    sessions: documents("sessions"),
    sessionsByTime: documents("sessionsByTime"),
    sessionsByStart: documents("sessionsByStart"),
    sessionsOfPod: documents("sessionsOfPod"),
    sessionRecordings: documents("sessionRecordings"),
    certificates: documents("certificates"),
    longestCertificates: documents("longestCertificates"),
    subjectsDue: documents("subjectsDue"),
    heartbeats: documents("heartbeats"),
    spoken: documents("spoken"),
    madeCredentials: documents("madeCredentials"),
    makings: documents("makings"),
    signingRequests: documents("signingRequests"),
    locks: documents("locks"),
    locksOfTarget: documents("locksOfTarget"),
    userDeletions: documents("userDeletions"),
    bindingDeletions: documents("bindingDeletions"),
    holds: documents("holds"),
    heldEvents: documents("heldEvents"),
    heldOriginals: rows.blobs("heldOriginals", rowsMax.heldOriginals),
    findings: documents("findings"),
    findingEvidence: documents("findingEvidence"),
    furtherEvidence: documents("furtherEvidence"),
    findingsDue: documents("findingsDue"),
    findingsOfGrant: documents("findingsOfGrant"),
    counts: documents("counts"),
    unfinishedCounts: documents("unfinishedCounts"),
    residue: documents("residue"),
    othersRemovals: documents("othersRemovals"),
    othersChanges: documents("othersChanges"),
    residueRequests: documents("residueRequests"),
    residueOfGrant: documents("residueOfGrant"),
    residueFindings: documents("residueFindings"),
    snapshots: documents("snapshots"),
    supportGrants: documents("supportGrants"),
    supportGrantsOfPerson: documents("supportGrantsOfPerson"),
    supportGrantsOfRole: documents("supportGrantsOfRole"),
    outOfBand: documents("outOfBand"),
    outOfBandOfPerson: documents("outOfBandOfPerson"),
    outOfBandOfRole: documents("outOfBandOfRole"),
    gaps: documents("gaps"),
    revisionsOfGrant: documents("revisionsOfGrant"),
    sealsDue: documents("sealsDue"),
    addendaDue: documents("addendaDue"),
    sealed: documents("sealed"),
    seals: documents("seals"),
    dossiers: documents("dossiers"),
    sealChain: documents("sealChain"),
    reached: documents("reached"),
    commitment: rows,
  };
}
