import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { KubernetesFacts } from "../../model/facts.ts";
import { waitKey } from "../hold/wait.ts";
import type { Credentials } from "../identity/credentials.ts";
import { keyOf } from "../ledger/key.ts";
import type { MadeCredentialDocument, SigningRequestDocument } from "../ledger/kinds.ts";
import { isDryRun } from "../dry-run.ts";
import type { ChangeOf } from "../residue/request.ts";
import type { EvidenceContext } from "./context.ts";

export interface CredentialContext extends EvidenceContext {
  readonly credentials: Credentials;
  readonly changeOf: ChangeOf;
}

/** Whose the event is, as far as that is known before it is judged. */
export interface Maker {
  readonly vendor: string;
  readonly principal: string;
}

/**
 * Adds what a request makes of credentials (M3): a service account or a token that a vendor makes, a certificate request and its
 * signature; and what ends them: the account made anew by somebody else. Cheap for every other event.
 */
export function foldMadeCredential(
  context: CredentialContext,
  event: AuditEvent,
  facts: KubernetesFacts,
  maker: Maker | null,
): void {
  const { object } = facts;
  if (object === null || !isDone(facts)) return;
  if (object.resource === "serviceaccounts") foldAccount(context, event, facts, maker);
  else if (object.resource === "certificatesigningrequests")
    foldSigningRequest(context, event, facts, maker);
}

/** Whether what it made may be a credential, or become one: the creation of an account, a token or a certificate request. */
export function mayBeMaking({ object, ...facts }: KubernetesFacts): boolean {
  if (object === null || !isCreation(facts)) return false;
  return MADE.has(object.resource);
}

const MADE = new Set(["serviceaccounts", "certificatesigningrequests"]);

/** A dry run changes nothing; but older servers issue tokens all the same. */
function isDone({ code, stage, requestUri, object }: KubernetesFacts): boolean {
  const isOk = code !== null && code >= 200 && code < 300;
  return (
    isOk &&
    stage === "ResponseComplete" &&
    (object?.subresource === "token" || !isDryRun(requestUri))
  );
}

/** Server-side apply creates by a patch, and says so by its answer. */
function isCreation({ verb, code }: Pick<KubernetesFacts, "verb" | "code">): boolean {
  return verb === "create" || ((verb === "patch" || verb === "update") && code === 201);
}

function foldAccount(
  context: CredentialContext,
  event: AuditEvent,
  facts: KubernetesFacts,
  maker: Maker | null,
): void {
  const { object, cluster, verb } = facts;
  if (object === null) return;
  // A name that the server made stands in its answer alone.
  const name = object.name === "" ? context.changeOf(event).name : object.name;
  if (name === null || name === "") return;
  const userName = `system:serviceaccount:${object.namespace}:${name}`;
  const made = { userName, cluster, at: facts.receivedAt };
  if (verb === "create" && object.subresource === "token") {
    const credentialId = facts.issuedCredentialId;
    // Without its id nobody can tell it from the other tokens of the account.
    if (maker === null || credentialId === null) return;
    put(context, { ...made, ...maker, eventId: event.id, credentialId }, event.id);
    return;
  }
  if (object.subresource !== "" || !isCreation(facts)) return;
  if (maker !== null)
    put(context, { ...made, ...maker, eventId: event.id, credentialId: null }, event.id);
  else if (context.credentials.has(cluster, userName)) {
    const end = { eventId: null, vendor: "", principal: "", credentialId: null };
    put(context, { ...made, ...end }, event.id);
  }
}

function foldSigningRequest(
  context: CredentialContext,
  event: AuditEvent,
  facts: KubernetesFacts,
  maker: Maker | null,
): void {
  const { object, signing, cluster, verb } = facts;
  if (object === null || object.name === "" || signing === null) return;
  const key = keyOf(cluster, object.name);
  const isNew = isCreation(facts) && object.subresource === "";
  const before = context.ledger.signingRequests.get(key);
  if (before === null && maker === null) return;
  // Under a name that was used before it is another request: nothing of the first one is left.
  const known = isNew ? null : before;
  const isMade = isNew && maker !== null;
  const isApproved =
    (verb === "update" || verb === "patch") &&
    object.subresource === "approval" &&
    !signing.isDenied;
  const next: SigningRequestDocument = {
    made: isMade
      ? { cluster, at: facts.receivedAt, eventId: event.id, ...maker }
      : (known?.made ?? null),
    userName: signing.userName ?? known?.userName ?? null,
    isSigned: signing.isSigned || isApproved || known?.isSigned === true,
    credentialId: signing.credentialId ?? known?.credentialId ?? null,
  };
  if (!isMade && before === null && !isApproved && !signing.isSigned) return;
  context.ledger.signingRequests.put(key, next);
  const { made, userName, isSigned, credentialId } = next;
  if (made === null || made.eventId === null || userName === null || !isSigned) return;
  // Without its id a certificate in the name of somebody who is there already cannot be told from theirs.
  if (credentialId === null && isTaken(context, userName)) return;
  put(context, { ...made, userName, credentialId }, made.eventId);
}

function isTaken({ vendors }: CredentialContext, userName: string): boolean {
  const isVendors = vendors.ofUser({ name: userName, groups: [] }) !== null;
  return isVendors || userName.startsWith("system:") || vendors.isOrganizationUser(userName);
}

function put(context: CredentialContext, made: MadeCredentialDocument, eventId: string): void {
  context.credentials.put(made, eventId);
  context.arrived(waitKey.credential(made.cluster, made.userName), { from: made.at });
}
