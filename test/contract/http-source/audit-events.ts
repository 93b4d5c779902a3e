/** One audit event as an API server writes it. */
export interface Written {
  /** As a line of the log file. */
  readonly line: string;
  /** As an item of an EventList: without kind and apiVersion. */
  readonly item: string;
}

export function auditEvent(number: number, change: object = {}): Written {
  const event = {
    level: "Metadata",
    auditID: `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`,
    stage: "ResponseComplete",
    requestURI: "/api/v1/nodes?limit=500",
    verb: "list",
    user: { username: "system:apiserver", groups: ["system:masters"] },
    sourceIPs: ["::1"],
    objectRef: { resource: "nodes", apiVersion: "v1" },
    responseStatus: { metadata: {}, code: 200 },
    requestReceivedTimestamp: "2026-11-22T01:55:56.513382Z",
    stageTimestamp: "2026-11-22T01:55:56.523382Z",
    annotations: { "authorization.k8s.io/decision": "allow" },
    ...change,
  };
  const item = JSON.stringify(event);
  return { item, line: `{"kind":"Event","apiVersion":"audit.k8s.io/v1",${item.slice(1)}` };
}

export function auditEvents(from: number, to: number): readonly Written[] {
  return Array.from({ length: to - from + 1 }, (_, index) => auditEvent(from + index));
}

/** The body of a webhook's request with these items. */
export function eventList(...items: readonly string[]): string {
  return `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[${items.join(",")}]}\n`;
}
