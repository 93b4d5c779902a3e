/**
 * A file that comes with the program, by its path in the package. Its place is known from this module's own, which stands two folders
 * deep in the sources, and in the program that is built of them.
 */
export function packageFile(path: string): URL {
  return new URL(`../../${path}`, import.meta.url);
}
