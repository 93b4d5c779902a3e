import type { ReadableLogRecord } from "@opentelemetry/sdk-logs";

type SdkSeverity = NonNullable<ReadableLogRecord["severityNumber"]>;

/** A severity number as the SDK's enum, which has the numbers of the data model. */
export function sdkSeverity(number: number): SdkSeverity {
  const severity: unknown = number;
  return severity as SdkSeverity;
}
