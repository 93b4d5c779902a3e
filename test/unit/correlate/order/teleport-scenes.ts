import * as fc from "fast-check";
import type { NormalizedEvent } from "../../../../src/model/normalization.ts";
import type { TeleportFacts } from "../../../../src/model/facts.ts";
import { LEAF, request, ROOT, teleport } from "../../../support/correlate.ts";
import {
  atOf,
  cluster,
  CUSTOMER,
  DANA,
  EVE,
  grantId,
  groups,
  maybe,
  person,
  roles,
  type Scene,
  SHARED,
  single,
  time,
} from "./scene.ts";

const grantIds = fc.uniqueArray(grantId, { maxLength: 2 });

const bound = fc.constantFrom<NonNullable<TeleportFacts["accessRequest"]>["resources"]>(
  [],
  [],
  [{ cluster: ROOT, kind: "kube_cluster", name: "prod" }],
  [{ cluster: ROOT, kind: "node", name: "node-1" }],
);

/** A request with some of its records: none of them must be there. */
export const accessRequests: fc.Arbitrary<Scene> = fc
  .record({
    grant: grantId,
    user: person,
    roles,
    bound,
    created: fc.option(time, { nil: null, freq: 10 }),
    decided: fc.option(
      fc.record({
        at: time,
        by: fc.constantFrom("update", "review"),
        state: fc.constantFrom("APPROVED", "APPROVED", "APPROVED", "DENIED", "PENDING"),
        roles: maybe(roles),
        expires: maybe(time),
        assume: fc.option(time, { nil: null, freq: 1 }),
      }),
      { nil: null, freq: 8 },
    ),
    extended: fc.option(fc.tuple(time, time), { nil: null, freq: 1 }),
    ended: fc.option(fc.tuple(time, fc.constantFrom("delete", "expire")), { nil: null, freq: 1 }),
    expires: maybe(time),
  })
  .map((of) => (id) => {
    const { created, decided, extended, ended } = of;
    return single([
      created === null
        ? null
        : request(of.grant, "create", {
            eventId: `${id}-create`,
            at: created,
            user: of.user,
            roles: of.roles,
            resources: of.bound,
            state: "PENDING",
            expires: atOf(of.expires),
          }),
      decided === null
        ? null
        : request(of.grant, decided.by, {
            eventId: `${id}-decide`,
            at: decided.at,
            state: decided.state,
            roles: decided.roles ?? [],
            expires: atOf(decided.expires),
            updatedBy: CUSTOMER,
            assumeStartTime: atOf(decided.assume),
          }),
      extended === null
        ? null
        : request(of.grant, "update", {
            eventId: `${id}-extend`,
            at: extended[0],
            state: "APPROVED",
            expires: atOf(extended[1]),
          }),
      ended === null ? null : request(of.grant, ended[1], { eventId: `${id}-end`, at: ended[0] }),
    ]);
  });

export const locks: fc.Arbitrary<Scene> = fc
  .record({
    name: fc.constantFrom("l1", "l2"),
    created: maybe(time),
    deleted: maybe(time),
    expires: fc.option(time, { nil: null, freq: 1 }),
    target: fc.constantFrom<NonNullable<TeleportFacts["lock"]>["target"]>(
      { user: DANA, role: null, accessRequest: null },
      { user: null, role: "viewer", accessRequest: null },
      { user: null, role: "oncall", accessRequest: null },
      { user: null, role: null, accessRequest: "r1" },
    ),
  })
  .map(({ name, created, deleted, expires, target }) => (id) => {
    const lock = { name, expires: atOf(expires), target };
    const none = { user: null, role: null, accessRequest: null };
    const gone = { name, expires: null, target: none };
    return single([
      created === null
        ? null
        : teleport({ id: `${id}-on`, event: "lock.created", at: created, lock }),
      deleted === null
        ? null
        : teleport({ id: `${id}-off`, event: "lock.deleted", at: deleted, lock: gone }),
    ]);
  });

export const userDeletions: fc.Arbitrary<Scene> = fc.tuple(time, person).map(
  ([at, name]) =>
    (id) =>
      single([teleport({ id, event: "user.delete", at, resourceName: name })]),
);

export const certificates: fc.Arbitrary<Scene> = fc
  .record({
    at: time,
    user: fc.constantFrom(DANA, EVE, CUSTOMER, CUSTOMER),
    roles,
    accessRequests: grantIds,
    expires: maybe(time),
    cluster: fc.constantFrom(ROOT, "teleport.acme.example"),
  })
  .map(({ at, cluster: issuer, expires, ...of }) => (id) => {
    const none = { kubernetesUsers: [], kubernetesGroups: [], kubernetesCluster: null };
    const own = { ...of, ...none, expires: atOf(expires) };
    return single([teleport({ id, event: "cert.create", at, cluster: issuer, certificate: own })]);
  });

/** A session and what belongs to it; one id may be another's too. */
export const sessions: fc.Arbitrary<Scene> = fc
  .record({
    sessionId: fc.constantFrom("s1", "s2"),
    user: person,
    joining: maybe(person),
    isLeaf: fc.boolean(),
    isRecorded: fc.option(fc.constant(true), { nil: false, freq: 1 }),
    isKubernetes: fc.boolean(),
    accessRequests: grantIds,
    groups,
    start: fc.option(time, { nil: null, freq: 6 }),
    end: maybe(time),
    endStart: maybe(time),
    upload: maybe(time),
    join: maybe(time),
    cut: maybe(time),
    command: maybe(time),
    server: fc.constantFrom("node-1", "node-2"),
    address: fc.constantFrom("10.0.0.1:1", "10.0.0.2:2"),
  })
  .map((of) => (id) => {
    const { sessionId, isRecorded } = of;
    const user = of.isLeaf ? `remote-${of.user}-${ROOT}` : of.user;
    const where = of.isKubernetes
      ? {
          protocol: "kube",
          kubernetesCluster: "prod",
          kubernetesGroups: of.groups,
          podNamespace: "ml",
          podName: "pod",
        }
      : { protocol: "ssh", login: "acc", serverId: of.server };
    const on = { cluster: of.isLeaf ? LEAF : ROOT, addressRemote: of.address, isRecorded };
    const named = { accessRequests: of.isLeaf ? [] : of.accessRequests };
    const own = { ...on, ...where, ...named, user, sessionId };
    const event = (
      kind: string,
      seconds: number | null,
      facts: Partial<Omit<TeleportFacts, "method">>,
    ): NormalizedEvent | null =>
      seconds === null
        ? null
        : teleport({ id: `${id}-${kind}`, event: kind, at: seconds, ...facts });
    return single([
      event("session.start", of.start, own),
      event("session.end", of.end, { ...own, sessionStart: atOf(of.endStart ?? of.start) }),
      event("session.upload", of.upload, { ...on, sessionId }),
      event("session.join", of.join, { ...own, user: of.joining ?? user, accessRequests: [] }),
      event("exec", of.command, { ...own, accessRequests: null }),
      event("client.disconnect", of.cut, { ...on, user, serverId: of.server, isRecorded: false }),
    ]);
  });

const path = fc.constantFrom("/api/v1/pods", "/api/v1/secrets");

export const proxiedRequests: fc.Arbitrary<Scene> = fc
  .record({
    at: time,
    user: person,
    users: fc.constantFrom<readonly string[]>([], [], [DANA], [SHARED]),
    groups,
    accessRequests: grantIds,
    requestPath: path,
    where: cluster,
    on: fc.constantFrom(ROOT, ROOT, LEAF),
    code: fc.constantFrom("200", "403"),
  })
  .map(
    ({ at, users, groups: given, where, on, code, user, ...of }) =>
      (id) =>
        single([
          teleport({
            id,
            at,
            event: "kube.request",
            method: "GET",
            cluster: on,
            outcomeCode: code,
            ...of,
            user: on === LEAF ? `remote-${user}-${ROOT}` : user,
            kubernetesUsers: users,
            kubernetesGroups: given,
            kubernetesCluster: where,
            target: { kind: of.requestPath.slice("/api/v1/".length) },
          }),
        ]),
  );
