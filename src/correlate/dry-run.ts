import { queryOf } from "../model/request-uri.ts";

/**
 * Whether the query asks for a dry run, as the API server reads it: `dryRun=All`, and nothing that only looks like it. A deletion may say
 * so in its body instead.
 */
export function isDryRun(requestUri: string): boolean {
  // Spares the reading of most queries: without an escape the word stands there as it is.
  if (!requestUri.includes("dryRun") && !requestUri.includes("%")) return false;
  return new URLSearchParams(queryOf(requestUri)).getAll("dryRun").includes("All");
}
