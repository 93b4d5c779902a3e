import type { SourceKind } from "./origin.ts";

/** An API server's audit webhook, which posts EventLists over TLS until they are answered with 2xx. */
export const kubernetesAuditWebhook: SourceKind = {
  kind: "kubernetesAuditWebhook",
  program: new URL("http-poster.ts", import.meta.url),
  records: "kubernetes",
  share: 0.2,
  isTls: true,
  source: ({ port, tls }) => ({
    name: "kubernetes-audit-webhook",
    cluster: "edge",
    kubernetesAuditWebhook: { listen: `127.0.0.1:${port}`, tls, path: "/audit/prod" },
  }),
};
