import type { KubernetesFacts } from "../../model/facts.ts";
import type { AuditEvent, Verdict } from "../../model/generated/audit-event.ts";
import { keyOf } from "../ledger/key.ts";
import type { ResidueObject } from "../ledger/kinds.ts";
import { ownerObject } from "./removals.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { actOf } from "./acts.ts";
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
  /** All grants with residue; those of one id. */
  grants(id?: string): readonly ResidueGrant[];
}

/** One grant on one cluster. */
export interface ResidueGrant {
  readonly grant: string;
  readonly cluster: string;
}

/** Stands for the grant of a request that has none. */
export const NO_GRANT = "";

/** Keys in memory: more than the ledger's index has rows for. Beyond it they are read again, without what the ledger let go of. */
const LIMITS = Object.freeze({ keysMax: 1_500_000 });

const WRITES = new Set(["create", "update", "patch", "delete", "deletecollection"]);

export function createResidue(
  ledger: Ledger,
  changeOf: ChangeOf,
  { keysMax }: { readonly keysMax: number } = LIMITS,
): Residue {
  const store = createResidueStore(ledger);
  /** Names of objects that vendors wrote to: small enough to ask for every event. */
  const names = new Set<string>();
  const all = new Map<string, ResidueGrant>();
  /** Keys of `all` by object, by namespace and by grant. */
  const keysOf = new Map<string, Set<string>>();
  const touched = new Map<string, ResidueGrant>();
  readIndex();

  function readIndex(): void {
    for (const each of [names, all, keysOf]) each.clear();
    for (const [, { grant, object }] of ledger.residueOfGrant.all()) index(grant, object);
  }

  function index(grant: string, object: ResidueObject): void {
    const { cluster, name, namespace } = object;
    const key = keyOf(grant, cluster);
    const known = all.get(key) ?? { grant, cluster };
    all.set(key, known);
    touched.set(key, known);
    names.add(name);
    for (const by of [objectKey(object), namespaceKey(cluster, namespace), grantKey(grant)])
      keysOf.set(by, (keysOf.get(by) ?? new Set()).add(key));
  }

  function put(grant: string, object: ResidueObject): void {
    const key = keyOf(grant, object.cluster, objectKey(object));
    ledger.residueOfGrant.put(key, { grant, object });
    index(grant, object);
    // The table has let go of the oldest by then.
    if (keysOf.size > keysMax) readIndex();
  }

  function indexed(by: string): readonly ResidueGrant[] {
    return [...(keysOf.get(by) ?? [])].flatMap((key) => all.get(key) ?? []);
  }

  /** A deletion of many and that of a namespace reach objects that they do not name. */
  function touch({ object, request }: ResidueWrite): void {
    const { cluster, resource, namespace, name } = object;
    const by =
      request.act === "remove-all"
        ? namespaceKey(cluster, namespace)
        : request.act === "remove" && resource === "namespaces"
          ? namespaceKey(cluster, name)
          : objectKey(object);
    touchAll(indexed(by));
    if (request.act === "remove")
      touchAll(indexed(objectKey({ ...object, name: nameless.of(name) })));
  }

  function touchAll(grants: readonly ResidueGrant[]): void {
    for (const each of grants) touched.set(keyOf(each.grant, each.cluster), each);
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
    names.add(write.object.name);
    store.addVendors(write.object, write.request);
    touch(write);
    return write;
  }

  function noteOthers(event: AuditEvent, facts: KubernetesFacts): void {
    const act = actOf(facts);
    if (act === null || facts.object === null) return;
    const isNameKnown = names.has(facts.object.name);
    const { resource } = facts.object;
    if (!mayTakeAway(act, { resource, level: levelOf(event), isNameKnown })) return;
    const write = residueWrite({ event, facts, act }, changeOf);
    if (write === null || write.request.isUnknown === true) return;
    store.addOthers(write.object, write.request);
    touch(write);
  }

  return {
    noteOthers,
    mayNoteOthers: (event) => {
      if (event.origin.kind !== "kubernetes-audit" || !WRITES.has(event.action.name)) return false;
      const { action, target } = event;
      if (action.name.startsWith("delete") || target.subresource === "eviction") return true;
      const level = levelOf(event);
      return level === "Request" || level === "RequestResponse" || names.has(target.name ?? "");
    },
    noteHeld: (event, facts) => void note(event, facts),
    noteJudged: (event, facts) => {
      const known = ledger.residueRequests.get(event.id);
      const object = known?.object ?? kept(event, facts);
      if (object === null) return;
      const grants = grantsOf(event.verdict);
      if (known === null || known.grants.join() !== grants.join())
        ledger.residueRequests.put(event.id, { object, grants });
      touchAll(indexed(objectKey(object)));
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
    takeTouched: () => {
      const taken = [...touched.values()];
      touched.clear();
      return taken;
    },
    grants: (id) => (id === undefined ? [...all.values()] : indexed(grantKey(id))),
  };
}

/** The request's own grants; a request without any stands under the empty name. */
function grantsOf({ coverage, grants, related }: Verdict): readonly string[] {
  if (coverage === "not-vendor" || coverage === "evidence") return [];
  if (grants.length > 0) return grants;
  return related.length > 0 ? related : [NO_GRANT];
}

function namespaceKey(cluster: string, namespace: string): string {
  return keyOf("namespace", cluster, namespace);
}

function grantKey(grant: string): string {
  return keyOf("grant", grant);
}
