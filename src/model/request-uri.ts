/** The path of a request URI, as it was written. */
export function pathOf(requestUri: string): string {
  const mark = requestUri.indexOf("?");
  return mark < 0 ? requestUri : requestUri.slice(0, mark);
}

/** What stands behind the question mark, as it was written: its letters may be escaped. Empty where there is none. */
export function queryOf(requestUri: string): string {
  const mark = requestUri.indexOf("?");
  return mark < 0 ? "" : requestUri.slice(mark + 1);
}
