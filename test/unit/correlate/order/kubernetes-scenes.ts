import * as fc from "fast-check";
import { AGENT, kubernetes, ROOT } from "../../../support/correlate.ts";
import { VISITOR } from "../../../support/grant-sources.ts";
import {
  cluster,
  CUSTOMER,
  DANA,
  EVE,
  groups,
  type Scene,
  SHARED,
  single,
  some,
  time,
} from "./scene.ts";

const whom = fc.constantFrom<readonly [user: string, as: string | null]>(
  [DANA, null],
  [EVE, null],
  [VISITOR, null],
  [DANA, SHARED],
  [AGENT, DANA],
  [AGENT, DANA],
  [AGENT, SHARED],
  [AGENT, `remote-${DANA}-${ROOT}`],
  [AGENT, CUSTOMER],
  [AGENT, "somebody"],
  [AGENT, null],
  [CUSTOMER, DANA],
  ["system:serviceaccount:acme:other", SHARED],
);

/** A request to an API server with some of its stages. */
export const apiRequests: fc.Arbitrary<Scene> = fc
  .record({
    at: time,
    audit: fc.constantFrom("own", "own", "own", "a1"),
    whom,
    groups: fc.oneof(groups, fc.constant(["o:readonly"])),
    what: fc.constantFrom(
      { verb: "list", resource: "pods", uri: "/api/v1/pods?limit=1" },
      { verb: "list", resource: "pods", uri: "/api/v1/pods" },
      { verb: "list", resource: "secrets", uri: "/api/v1/secrets" },
      {
        verb: "create",
        resource: "pods/exec",
        uri: "/api/v1/namespaces/ml/pods/pod/exec",
        namespace: "ml",
        name: "pod",
      },
    ),
    where: cluster,
    stages: fc.uniqueArray(
      fc.constantFrom("RequestReceived", "ResponseStarted", "ResponseComplete"),
      { minLength: 1 },
    ),
    takes: fc.constantFrom(0, 0.01, 3, 40),
    isRefused: fc.option(fc.constant(true), { nil: false, freq: 1 }),
  })
  .map((of) => (id) => {
    const [user, as] = of.whom;
    return single(
      of.stages.map((stage) => {
        const isReceived = stage === "RequestReceived";
        const isOwn = as === null;
        return kubernetes({
          id: `${id}-${stage}`,
          at: of.at,
          user,
          cluster: of.where,
          stage,
          ...of.what,
          auditId: of.audit === "own" ? id : `${of.audit} ${user === VISITOR}`,
          groups: isOwn && user !== AGENT ? of.groups : [],
          ...(isReceived || isOwn
            ? {}
            : {
                as,
                asGroups: of.groups,
              }),
          stageAt: of.at + (stage === "ResponseComplete" ? of.takes : 0),
          code: isReceived ? null : of.isRefused ? 403 : 200,
          decision: of.isRefused ? "forbid" : "allow",
        });
      }),
    );
  });

/**
 * A service account that somebody makes, uses of it, and its end, in one batch: what is used before a record says that a vendor made it
 * is nobody's, and is not kept.
 */
export const credentials: fc.Arbitrary<Scene> = fc
  .record({
    maker: fc.constantFrom<readonly [string, string | null]>(
      [DANA, null],
      [AGENT, DANA],
      [AGENT, SHARED],
    ),
    made: time,
    uses: fc.array(time, { maxLength: 2 }),
    ended: fc.option(time, { nil: null, freq: 1 }),
    groups,
  })
  .map((of) => (id) => {
    const [user, as] = of.maker;
    const account = {
      resource: "serviceaccounts",
      namespace: "ml",
      name: id,
      uri: `/api/v1/namespaces/ml/serviceaccounts/${id}`,
    };
    const name = `system:serviceaccount:ml:${id}`;
    const by = as === null ? { groups: of.groups } : { as, asGroups: of.groups };
    return [
      some([
        kubernetes({
          id: `${id}-make`,
          at: of.made,
          verb: "create",
          code: 201,
          ...account,
          user,
          ...by,
        }),
        of.ended === null
          ? null
          : kubernetes({
              id: `${id}-end`,
              at: of.ended,
              verb: "delete",
              ...account,
              user: "admin",
            }),
        ...of.uses.map((at, index) => kubernetes({ id: `${id}-use-${index}`, at, user: name })),
      ]),
    ];
  });

export const bindingDeletions: fc.Arbitrary<Scene> = fc.tuple(time, cluster).map(
  ([at, where]) =>
    (id) =>
      single([
        kubernetes({
          id,
          at,
          user: "admin",
          verb: "delete",
          cluster: where,
          name: "vendor-admin",
          resource: "clusterroles.rbac.authorization.k8s.io",
          uri: "/apis/rbac.authorization.k8s.io/v1/clusterroles/vendor-admin",
        }),
      ]),
);

export const refusedLogins: fc.Arbitrary<Scene> = time.map(
  (at) => (id) => single([kubernetes({ id, at, user: null, code: 401, decision: null })]),
);
