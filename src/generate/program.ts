import { rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

/**
 * `npm run build`: the program as it is installed, in `dist/bin`. Our modules are put together in few files, since a start takes a
 * fifth of its time to find, read and link five hundred small ones. Nothing is minified, and packages stay in their own folders.
 */
const dist = fileURLToPath(new URL("../../dist", import.meta.url));
const entry = (name: string): string => fileURLToPath(new URL(`../${name}.ts`, import.meta.url));

rmSync(dist, { recursive: true, force: true });
const program = await rolldown({
  input: { launch: entry("launch"), main: entry("main") },
  platform: "node",
  // Whatever is imported by a name, Node's own modules among it.
  external: /^[a-z@]/,
});
await program.write({ dir: `${dist}/bin`, format: "esm", chunkFileNames: "[name].js" });
await program.close();
