/**
 * Whether the query asks for a dry run, as the API server reads it: `dryRun=All`, and nothing that only looks like it. A deletion may say
 * so in its body instead.
 */
export function isDryRun(requestUri: string): boolean {
  // Spares the reading of most queries: without an escape the word stands there as it is.
  if (!requestUri.includes("dryRun") && !requestUri.includes("%")) return false;
  const mark = requestUri.indexOf("?");
  return (
    mark >= 0 && new URLSearchParams(requestUri.slice(mark + 1)).getAll("dryRun").includes("All")
  );
}
