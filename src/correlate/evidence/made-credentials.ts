import type { AuditEvent } from "../../model/generated/audit-event.ts";
import type { KubernetesFacts } from "../../model/facts.ts";
import { waitKey } from "../hold/wait.ts";
import type { Credentials } from "../identity/credentials.ts";
import { keyOf } from "../ledger/key.ts";
import type { MadeCredentialDocument, SigningRequestDocument } from "../ledger/kinds.ts";
import type { EvidenceContext } from "./context.ts";

export interface CredentialContext extends EvidenceContext {
  readonly credentials: Credentials;
}

/** Whose the event is, as far as that is known before it is judged. */
export interface Maker {
  readonly vendor: string;
  readonly principal: string;
}

/**
 * Adds what a request makes of credentials (M3): a service account or a token that a vendor makes, a certificate request and its
 * signature; and what ends them: the account deleted, or made anew by somebody else. Cheap for every other event.
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

/** A dry run changes nothing. */
function isDone({ code, stage, requestUri }: KubernetesFacts): boolean {
  const isOk = code !== null && code >= 200 && code < 300;
  return isOk && stage === "ResponseComplete" && !requestUri.includes("dryRun=");
}

function foldAccount(
  context: CredentialContext,
  event: AuditEvent,
  facts: KubernetesFacts,
  maker: Maker | null,
): void {
  const { object, cluster, verb } = facts;
  if (object === null || object.name === "") return;
  const userName = `system:serviceaccount:${object.namespace}:${object.name}`;
  const made = { userName, cluster, at: facts.receivedAt };
  if (verb === "create" && object.subresource === "token") {
    const credentialId = facts.issuedCredentialId;
    // Without its id nobody can tell it from the other tokens of the account.
    if (maker === null || credentialId === null) return;
    put(context, { ...made, ...maker, eventId: event.id, credentialId }, event.id);
    return;
  }
  if (object.subresource !== "") return;
  if (verb === "create" && maker !== null)
    put(context, { ...made, ...maker, eventId: event.id, credentialId: null }, event.id);
  else if ((verb === "create" || verb === "delete") && context.credentials.has(cluster, userName)) {
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
  const known = context.ledger.signingRequests.get(key);
  if (known === null && maker === null) return;
  const isMade = verb === "create" && object.subresource === "" && maker !== null;
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
  if (!isMade && known === null && !isApproved && !signing.isSigned) return;
  context.ledger.signingRequests.put(key, next);
  const { made, userName, isSigned, credentialId } = next;
  if (made === null || made.eventId === null || userName === null || !isSigned) return;
  // Without its id a certificate in the name of somebody who is there already cannot be told from theirs.
  if (credentialId === null && isTaken(context, userName)) return;
  put(context, { ...made, userName, credentialId }, made.eventId);
}

function isTaken({ vendors }: CredentialContext, userName: string): boolean {
  return userName.startsWith("system:") || vendors.isOrganizationUser(userName);
}

function put(context: CredentialContext, made: MadeCredentialDocument, eventId: string): void {
  context.credentials.put(made, eventId);
  context.arrived(waitKey.credential(made.cluster, made.userName), { from: made.at });
}
