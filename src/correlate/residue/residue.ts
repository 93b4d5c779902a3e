import type { KubernetesFacts } from "../../model/facts.ts";
import type { AuditEvent, Verdict } from "../../model/generated/audit-event.ts";
import { keyOf, partsOf } from "../ledger/key.ts";
import type { ResidueObject } from "../ledger/kinds.ts";
import { ownerObject } from "./removals.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { actOf } from "./acts.ts";
import { createGrantIndex, type GrantIndex, type ResidueGrant } from "./grant-index.ts";
import { nameless } from "./nameless.ts";
import { firstIdOf, RESIDUE_RULE } from "./finding.ts";
import { levelOf, mayTakeAway, residueWrite, type ChangeOf, type ResidueWrite } from "./request.ts";
import { createResidueStore, objectKey } from "./store.ts";

/** Notes what residue is made of (R1, R2). The live path and the start call the same, in the order of the journal. */
export interface Residue {
  /** A request of nobody's: cheap enough for every event. */
  noteOthers(event: AuditEvent, facts: KubernetesFacts): void;
  /** Whether `noteOthers` may note anything of it; told by the event alone, for the start. */
  mayNoteOthers(event: AuditEvent): boolean;
  /** A request of a vendor's user or agent that is held. */
  noteHeld(event: AuditEvent, facts: KubernetesFacts): void;
  /** The same with its verdict, also one that a revision changed. */
  noteJudged(event: AuditEvent, facts: KubernetesFacts): void;
  /** A residue finding that is journaled. */
  noteFinding(event: AuditEvent): void;
  /** Grants whose residue something happened to since the last call. */
  takeTouched(): readonly ResidueGrant[];
  /**
   * At start: reads a part of the ledger's index into memory; true when all of it is. Whatever needs it reads the rest at once, which
   * takes a second where very many objects have very many grants each.
   */
  getReady(): boolean;
  /** All grants with residue; those of one id. */
  grants(id?: string): readonly ResidueGrant[];
}

/** Stands for the grant of a request that has none. */
export const NO_GRANT = "";

/** Keys in memory: more than the ledger's index has rows for. Beyond it they are read again, without what the ledger let go of. */
const LIMITS = Object.freeze({ keysMax: 1_500_000 });

/** Keys of one part: some milliseconds. */
const READ_AT_ONCE = 2_000;

const WRITES = new Set(["create", "update", "patch", "delete", "deletecollection"]);

export function createResidue(
  ledger: Ledger,
  changeOf: ChangeOf,
  { keysMax }: { readonly keysMax: number } = LIMITS,
): Residue {
  const store = createResidueStore(ledger);
  const index = createGrantIndex();
  const touched = new Set<ResidueGrant>();
  let readTo = "";
  let isRead = false;

  /** Reads more of the ledger's index. Whatever is put meanwhile is in memory already. */
  function read(max: number): boolean {
    if (isRead) return true;
    const { keys, isEnd } = ledger.residueOfGrant.keys(readTo, max);
    for (const key of keys) {
      const [grant = "", , ofObject = ""] = partsOf(key);
      touch(index.add(grant, ofObject));
    }
    readTo = keys.at(-1) ?? readTo;
    isRead = isEnd;
    return isRead;
  }

  function whole(): GrantIndex {
    read(Infinity);
    return index;
  }

  function put(grant: string, object: ResidueObject): void {
    const ofObject = objectKey(object);
    ledger.residueOfGrant.put(keyOf(grant, object.cluster, ofObject), { grant, object });
    touch(index.add(grant, ofObject));
    if (index.size <= keysMax) return;
    // The table has let go of the oldest by then.
    index.clear();
    readTo = "";
    isRead = false;
  }

  /** A deletion of many and that of a namespace reach objects that they do not name. */
  function touchReached({ object, request }: ResidueWrite): void {
    const { cluster, resource, namespace, name } = object;
    const reached =
      request.act === "remove-all"
        ? whole().ofNamespace(cluster, namespace)
        : request.act === "remove" && resource === "namespaces"
          ? whole().ofNamespace(cluster, name)
          : whole().ofObject(objectKey(object));
    touch(...reached);
    if (request.act === "remove")
      touch(...whole().ofObject(objectKey({ ...object, name: nameless.of(name) })));
  }

  function touch(...grants: readonly ResidueGrant[]): void {
    for (const each of grants) touched.add(each);
  }

  /** The object of a request that leaves something, once it is kept. */
  function kept(event: AuditEvent, facts: KubernetesFacts): ResidueObject | null {
    // A vendor's agent acts for the organization's own people too.
    if (grantsOf(event.verdict).length === 0) {
      noteOthers(event, facts);
      return null;
    }
    const write = note(event, facts);
    return write === null || write.request.act.startsWith("remove") ? null : write.object;
  }

  function note(event: AuditEvent, facts: KubernetesFacts): ResidueWrite | null {
    const act = actOf(facts);
    const write = act === null ? null : residueWrite({ event, facts, act }, changeOf);
    if (write === null) return null;
    index.addName(write.object.name);
    store.addVendors(write.object, write.request);
    touchReached(write);
    return write;
  }

  function noteOthers(event: AuditEvent, facts: KubernetesFacts): void {
    const act = actOf(facts);
    if (act === null || facts.object === null) return;
    const isNameKnown = whole().hasName(facts.object.name);
    const { resource } = facts.object;
    if (!mayTakeAway(act, { resource, level: levelOf(event), isNameKnown })) return;
    const write = residueWrite({ event, facts, act }, changeOf);
    if (write === null || write.request.isUnknown === true) return;
    store.addOthers(write.object, write.request);
    touchReached(write);
  }

  return {
    noteOthers,
    mayNoteOthers: (event) => {
      if (event.origin.kind !== "kubernetes-audit" || !WRITES.has(event.action.name)) return false;
      const { action, target } = event;
      if (action.name.startsWith("delete") || target.subresource === "eviction") return true;
      const level = levelOf(event);
      return (
        level === "Request" || level === "RequestResponse" || whole().hasName(target.name ?? "")
      );
    },
    noteHeld: (event, facts) => void note(event, facts),
    noteJudged: (event, facts) => {
      const known = ledger.residueRequests.get(event.id);
      const object = known?.object ?? kept(event, facts);
      if (object === null) return;
      const grants = grantsOf(event.verdict);
      if (known === null || known.grants.join() !== grants.join())
        ledger.residueRequests.put(event.id, { object, grants });
      touch(...whole().ofObject(objectKey(object)));
      const { requests } = store.read(object);
      const owners = requests.find(({ id }) => id === event.id)?.owners ?? [];
      for (const grant of grants) {
        put(grant, object);
        // What happens to an owner happens to what it owns.
        for (const owner of owners) put(grant, ownerObject(object, owner));
      }
    },
    noteFinding: (event) => {
      const { detail, origin } = event;
      if (event.action.name !== RESIDUE_RULE || detail === null || !("finding" in detail)) return;
      const { grants, state } = detail.finding;
      const key = keyOf(grants[0] ?? "", origin.cluster ?? "", firstIdOf(event));
      if (state === "withdrawn") ledger.residueFindings.remove(key);
      else ledger.residueFindings.put(key, event);
    },
    getReady: () => read(READ_AT_ONCE),
    takeTouched: () => {
      whole();
      const taken = [...touched];
      touched.clear();
      return taken;
    },
    grants: (id) => (id === undefined ? whole().all() : whole().ofGrant(id)),
  };
}

/** The request's own grants; a request without any stands under the empty name. */
function grantsOf({ coverage, grants, related }: Verdict): readonly string[] {
  if (coverage === "not-vendor" || coverage === "evidence") return [];
  if (grants.length > 0) return grants;
  return related.length > 0 ? related : [NO_GRANT];
}
